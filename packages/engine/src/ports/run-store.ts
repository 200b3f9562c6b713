import type { Changes, Instant, LimitKey, LoadedRun, RunId, RunOrigin, RunStatus } from '@millrace/core';

/** One run's part of a commit. All of it happens, or none: then another server was faster (or the run exists already). */
export type RunCommit = Readonly<{
  id: RunId;
  /** The version that the decision was made on; the commit makes it `expectedVersion + 1`. 0: the run is created. */
  expectedVersion: number;
  /** Given exactly when `expectedVersion` is 0. `input` is JSON. */
  create: Readonly<{ origin: RunOrigin; input: string }> | null;
  /** Work whose `worker` is set is inserted as already leased to it. */
  changes: Changes;
  /** Outbox messages that this commit acts on; they are deleted with it. */
  delivered: readonly OutboxKey[];
}>;

/** Names an outbox message: the version that its run had after the commit, and its position in that commit's list. */
export type OutboxKey = Readonly<{ run: RunId; version: number; ordinal: number }>;

export type CommitOutcome = Readonly<{
  /** Which runs were committed. The others lost a race: load them and decide again. */
  committed: ReadonlySet<RunId>;
  /** The database's time of the commit. */
  now: Instant;
  /** The limits that have room now: their holders let go in this commit. */
  freed: readonly LimitKey[];
}>;

/** Run aggregates: how the engine saves what it decided. */
export type RunStore = Readonly<{
  /** Fresh run ids, growing with time. */
  allocateIds(count: number): Promise<readonly RunId[]>;
  /**
   * Commits the changes of many runs in one transaction and one round trip, each run on its own condition: a run whose
   * version is not the expected one (or which exists already, by id or start key, when it should be created) is left
   * alone. A run may occur once in a batch. `hint` is told to all listeners of the change feed, at most 7,000 bytes.
   */
  commit(batch: readonly RunCommit[], hint: string | null): Promise<CommitOutcome>;
  /** Everything that the runs' states are derived from; runs that do not exist are left out. A few round trips for all. */
  load(ids: readonly RunId[]): Promise<readonly LoadedRun[]>;
  /** What never changes of a run; null: there is no such run. Cheap, whatever the run's size. */
  origin(id: RunId): Promise<RunOrigin | null>;
  /** A run's status; null: there is no such run. Cheap, whatever the run's size. */
  status(id: RunId): Promise<RunStatus | null>;
  /** Those of many runs in one round trip; runs that do not exist are left out. */
  statuses(ids: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStatus>>;
  findByStartKey(workspace: string, startKey: string): Promise<RunId | null>;
  /** Children that have not ended. */
  liveChildren(parent: RunId): Promise<readonly RunId[]>;
}>;
