import type { Fault, Instant, NextTick, RunId, ScheduleDefinition } from '@millrace/core';

export type ScheduleKey = Readonly<{ workspace: string; name: string }>;

/** What somebody decided at run time. It counts more than `enabled` of the definition until it is taken back. */
export type ScheduleOverride = Readonly<{ enabled: boolean; by: string; at: Instant; reason: string | null }>;

/** What came of the last tick that was decided. */
export type LastTick = Readonly<{
  tickAt: Instant;
  decidedAt: Instant;
  /** `skipped`: the run of an earlier tick was still under way. */
  result: 'started' | 'skipped' | 'failed';
  /** The run that it started, or the one that was in the way. */
  run: RunId | null;
  error: Fault | null;
}>;

/** Ticks between two moments that were missed and did not start. */
export type DroppedTicks = Readonly<{ from: Instant; to: Instant; noticedAt: Instant }>;

/** A schedule of a workspace's live revision, and how far it has come. */
export type StoredSchedule = ScheduleKey &
  Readonly<{
    /** Grows by one with each change; 0: it is not stored yet. */
    version: number;
    /** The revision that brought this definition. */
    revision: string;
    /** In which that revision has the workflow that it starts; absent: in none. */
    folder?: string;
    definition: ScheduleDefinition;
    override: ScheduleOverride | null;
    /** Every tick up to this moment has been decided: none of them starts again. */
    decidedUntil: Instant;
    /** null: it is disabled, or has no more ticks. */
    next: NextTick | null;
    lastTick: LastTick | null;
    /** The last run that a tick started. */
    lastRun: RunId | null;
    dropped: DroppedTicks | null;
  }>;

/**
 * Schedules as rows, so that any server may fire any of them, one at a time. A change states the version that it was
 * decided on; who comes second changes nothing.
 */
export type ScheduleStore = Readonly<{
  /** Workspaces whose schedules are not those of their live revision. */
  outdated(): Promise<readonly string[]>;
  ofWorkspace(workspace: string): Promise<readonly StoredSchedule[]>;
  /**
   * Makes a workspace's schedules those of a revision. Does nothing when another revision is live. True when all of it was
   * done; false when something was changed meanwhile: then it is to be decided again.
   */
  replace(
    request: Readonly<{
      workspace: string;
      revision: string;
      put: readonly StoredSchedule[];
      remove: readonly StoredSchedule[];
    }>,
  ): Promise<boolean>;
  /** Schedules whose next tick is due, oldest first, hidden from other takers for `hideMs`. */
  takeDue(request: Readonly<{ limit: number; hideMs: number }>): Promise<readonly StoredSchedule[]>;
  /** Saves what was decided, each on its own condition; tells which were saved. */
  save(schedules: readonly StoredSchedule[]): Promise<readonly ScheduleKey[]>;
  get(key: ScheduleKey): Promise<StoredSchedule | null>;
  /** When the next tick is due; null: none is. */
  nextDueAt(): Promise<Instant | null>;
}>;

export const isEnabled = ({ override, definition }: Pick<StoredSchedule, 'override' | 'definition'>): boolean =>
  override?.enabled ?? definition.enabled;

/** The cursor of a page that ends with this schedule. Names of schedules have no slash. */
export const scheduleCursor = ({ workspace, name }: ScheduleKey): string => `${workspace}/${name}`;

export function scheduleKeyOf(cursor: string): ScheduleKey {
  const slash = cursor.lastIndexOf('/');
  return { workspace: cursor.slice(0, Math.max(0, slash)), name: cursor.slice(slash + 1) };
}
