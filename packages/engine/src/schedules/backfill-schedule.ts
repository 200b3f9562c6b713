import { type Instant, MillraceError, type RunId, ticksBetween } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { ScheduleKey, StoredSchedule } from '../ports/schedule-store.ts';
import type { ScheduleTimesCache } from './schedule-times.ts';
import { type StartedTick, type TickRequest, tickStartKey } from './start-tick.ts';

/** The most ticks that one call starts. */
export const maxBackfillTicks = 1_000;
/** Runs that are being started at once. */
const parallel = 50;

export type BackfillRequest = Readonly<{
  /** The first moment, and the last; ticks at either are meant too. */
  from: Instant;
  to: Instant;
  /** Only says what it would start. */
  dryRun: boolean;
  by: string;
}>;

export type BackfilledTick = Readonly<{
  tickAt: Instant;
  /** Its run; null: a dry run, and there is none yet. */
  run: RunId | null;
  /** Whether this call started it (or, in a dry run, would). */
  created: boolean;
}>;

export type BackfillOptions = Readonly<{
  runs: RunStore;
  clock: Clock;
  times: ScheduleTimesCache;
  find(key: ScheduleKey): Promise<StoredSchedule>;
  startTick(request: TickRequest): Promise<StartedTick>;
}>;

/**
 * Starts a run for each past tick of a range that has none, as the schedule is now, also when it is disabled. A tick that
 * has a run keeps it: calling again, after whatever failure, starts only what is missing.
 */
export function createBackfillSchedule({ runs, clock, times, find, startTick }: BackfillOptions) {
  const asked = async (schedule: StoredSchedule, tickAt: Instant): Promise<BackfilledTick> => {
    const run = await runs.findByStartKey(schedule.workspace, tickStartKey(schedule.name, tickAt));
    return { tickAt, run, created: run === null };
  };

  return async (key: ScheduleKey, { from, to, dryRun, by }: BackfillRequest): Promise<readonly BackfilledTick[]> => {
    if (from > to) throw new MillraceError('invalid_request', 'The range ends before it begins.');
    if (to > clock.now()) {
      throw new MillraceError('invalid_request', 'A range of the past is filled; this one ends in the future.', {
        hint: 'What is to come starts by itself.',
      });
    }
    const schedule = await find(key);
    const ticks = ticksBetween(times.of(schedule.definition), from - 1, to, maxBackfillTicks + 1);
    if (ticks.length > maxBackfillTicks) {
      const last = ticks[maxBackfillTicks - 1] ?? to;
      throw new MillraceError('too_large', `The range has more than ${maxBackfillTicks} ticks.`, {
        hint: `Fill it in parts, the first one up to ${new Date(last).toISOString()}.`,
      });
    }
    const filled: BackfilledTick[] = [];
    for (let at = 0; at < ticks.length; at += parallel) {
      const part = ticks.slice(at, at + parallel).map(async (tickAt): Promise<BackfilledTick> => {
        if (dryRun) return asked(schedule, tickAt);
        return { tickAt, ...(await startTick({ schedule, tickAt, reason: 'backfill', by, revision: null })) };
      });
      filled.push(...(await Promise.all(part)));
    }
    return filled;
  };
}
