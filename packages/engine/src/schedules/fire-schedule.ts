import { planTicks, type TickPlan } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import type { LastTick, StoredSchedule } from '../ports/schedule-store.ts';
import { jitterOf, type ScheduleTimesCache } from './schedule-times.ts';
import type { TickRequest } from './start-tick.ts';

export type FireScheduleOptions = Readonly<{
  clock: Clock;
  times: ScheduleTimesCache;
  graceMs: number;
  decideTick(request: TickRequest): Promise<LastTick>;
}>;

/** Runs that are being started for one schedule at once. */
const parallel = 50;

/**
 * Starts what is due of a schedule and gives it as it is then, to be saved. Whoever dies in between has started runs with
 * keys: the next one who takes the schedule decides the same ticks again and finds their runs.
 */
export function createFireSchedule({ clock, times, graceMs, decideTick }: FireScheduleOptions) {
  const decideAll = async (schedule: StoredSchedule, plan: TickPlan, revision: string | null) => {
    const requestOf = (at: StoredSchedule, { tickAt, caughtUp }: TickPlan['start'][number]): TickRequest => ({
      schedule: at,
      tickAt,
      reason: caughtUp ? 'catch_up' : 'tick',
      by: null,
      revision,
    });
    // With a limit on its runs, each tick depends on what came of the one before.
    const size = (schedule.definition.concurrency ?? 'allow') === 'allow' ? parallel : 1;
    let current = schedule;
    for (let at = 0; at < plan.start.length; at += size) {
      const requests = plan.start.slice(at, at + size).map((tick) => requestOf(current, tick));
      for (const tick of await Promise.all(requests.map(decideTick))) current = withTick(current, tick);
    }
    return current;
  };

  return {
    /** What is due now. */
    async fire(schedule: StoredSchedule): Promise<StoredSchedule> {
      const { next } = schedule;
      if (next === null) return schedule;
      // The store says that it is due, and its clock counts.
      const now = Math.max(clock.now(), next.fireAt);
      const { catchUp, catchUpLimit } = schedule.definition;
      const plan = planTicks({
        times: times.of(schedule.definition),
        catchUp,
        catchUpLimit,
        jitter: jitterOf(schedule),
        graceMs,
        next,
        now,
      });
      const decided = await decideAll(schedule, plan, null);
      const dropped = plan.dropped === null ? decided.dropped : { ...plan.dropped, noticedAt: now };
      return { ...decided, decidedUntil: plan.decidedUntil, next: plan.next, dropped };
    },
    /** What its definition still owes when another takes its place: every tick until now, without further delay. */
    async settle(schedule: StoredSchedule): Promise<StoredSchedule> {
      const { next } = schedule;
      const now = clock.now();
      if (next === null || next.tickAt > now) return schedule;
      const { catchUp, catchUpLimit } = schedule.definition;
      const plan = planTicks({
        times: times.of(schedule.definition),
        catchUp,
        catchUpLimit,
        jitter: { ...jitterOf(schedule), maxMs: 0 },
        graceMs: graceMs + (schedule.definition.jitterMs ?? 0),
        next: { tickAt: next.tickAt, fireAt: next.tickAt },
        now,
      });
      const decided = await decideAll(schedule, plan, schedule.revision);
      return { ...decided, decidedUntil: plan.decidedUntil, next: plan.next };
    },
  };
}

function withTick(schedule: StoredSchedule, lastTick: LastTick): StoredSchedule {
  return { ...schedule, lastTick, lastRun: lastTick.result === 'started' ? lastTick.run : schedule.lastRun };
}
