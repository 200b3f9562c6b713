import { firstTick, type Instant, type ScheduleDefinition } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import { isEnabled, type StoredSchedule } from '../ports/schedule-store.ts';
import type { Store } from '../ports/store.ts';
import { foldersOf } from '../workspaces/live-plans.ts';
import { jitterOf, type ScheduleTimesCache, timesKey } from './schedule-times.ts';

export type ReconcileOptions = Readonly<{
  store: Store;
  clock: Clock;
  times: ScheduleTimesCache;
  /** Starts what a schedule still owes before its times change. */
  settle(schedule: StoredSchedule): Promise<StoredSchedule>;
}>;

/** Several servers may try at once; each round that fails means that another one got further. */
const rounds = 8;

/**
 * Makes a workspace's schedules those of its live revision. The rule for a schedule whose times change: ticks up to now are
 * of the old times, ticks after now of the new ones. So none is lost, and none comes twice.
 */
export function createReconcileSchedules({ store, clock, times, settle }: ReconcileOptions) {
  const reconcile = async (workspace: string): Promise<boolean> => {
    const revision = await store.workspaces.revision(workspace, null);
    if (revision === null) return true;
    const stored = new Map((await store.schedules.ofWorkspace(workspace)).map((one) => [one.name, one]));
    const wanted = revision.triggers
      .filter(({ type }) => type === 'schedule')
      .map(({ definition }) => definition as unknown as ScheduleDefinition);
    const folders = foldersOf(revision);
    const put: StoredSchedule[] = [];
    for (const definition of wanted) {
      const before = stored.get(definition.name);
      const place = placeOf(revision.revision, folders.get(definition.workflow));
      stored.delete(definition.name);
      if (before === undefined) put.push(newSchedule(workspace, place, definition));
      else if (
        JSON.stringify(before.definition) !== JSON.stringify(definition) ||
        (before.folder ?? '') !== (place.folder ?? '')
      ) {
        put.push(await changedSchedule(before, place, definition));
      }
    }
    return store.schedules.replace({ workspace, revision: revision.revision, put, remove: [...stored.values()] });
  };

  const newSchedule = (workspace: string, place: Place, definition: ScheduleDefinition): StoredSchedule =>
    scheduleFrom(clock.now(), times, {
      workspace,
      name: definition.name,
      version: 0,
      ...place,
      definition,
      override: null,
      decidedUntil: clock.now(),
      next: null,
      lastTick: null,
      lastRun: null,
      dropped: null,
    });

  const changedSchedule = async (
    { folder: _, ...before }: StoredSchedule,
    place: Place,
    definition: ScheduleDefinition,
  ): Promise<StoredSchedule> => {
    const after = { ...before, ...place, definition };
    const same = timesKey(before.definition) === timesKey(definition) && isEnabled(before) === isEnabled(after);
    if (same && before.definition.jitterMs === definition.jitterMs) return after;
    const settled = await settle(before);
    return scheduleFrom(clock.now(), times, { ...settled, ...place, definition });
  };

  return async (workspace: string): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) if (await reconcile(workspace)) return;
  };
}

/** From where a definition comes. */
type Place = Pick<StoredSchedule, 'revision' | 'folder'>;

const placeOf = (revision: string, folder: string | undefined): Place =>
  folder === undefined ? { revision } : { revision, folder };

/** A schedule whose ticks begin anew: with the first one after now that was not decided yet. */
export function scheduleFrom(now: Instant, times: ScheduleTimesCache, schedule: StoredSchedule): StoredSchedule {
  const decidedUntil = Math.max(now, schedule.decidedUntil);
  const next = isEnabled(schedule) ? firstTick(times.of(schedule.definition), decidedUntil, jitterOf(schedule)) : null;
  return { ...schedule, decidedUntil, next };
}
