// What a server starts when it comes to look at a schedule: decided from the schedule's row and the time alone.
//
//        next.tickAt                                  now
//  ───────────●────────●────────●────────●────●────●────┼──────●──▶
//             └─ missed: more than `graceMs` ago ─┘└─ on time ┘  next
//
// Usually there is one tick, on time. There are more after an outage, a pause of the machine, or a clock that was set
// forward; which of the missed ones start is the schedule's `catch_up`. A clock that is set back changes nothing: `next`
// stays where it is, and what was decided is not decided again.
import type { ScheduleTrigger } from '../definitions/trigger.ts';
import { hash32 } from '../run/hash32.ts';
import type { Instant } from '../run/records.ts';
import type { FireTimes } from './fire-times.ts';

/** A tick that is to come: its nominal time, and (with jitter) when it really starts. */
export type NextTick = Readonly<{ tickAt: Instant; fireAt: Instant }>;

export type TickPlan = Readonly<{
  /** In order of their nominal times. */
  start: readonly Readonly<{ tickAt: Instant; caughtUp: boolean }>[];
  /** Ticks that were missed and do not start lie from the one moment to the other; null: there are none. */
  dropped: Readonly<{ from: Instant; to: Instant }> | null;
  /** Every tick up to this one is decided now. */
  decidedUntil: Instant;
  next: NextTick | null;
}>;

export type TickPlanning = Readonly<{
  times: FireTimes;
  catchUp: ScheduleTrigger['catchUp'];
  /** The most missed ticks that start; older ones are dropped. */
  catchUpLimit: number;
  jitter: Jitter;
  /** How late a tick may start and is not missed. */
  graceMs: number;
  next: NextTick;
  now: Instant;
}>;

/** Puts each tick off by a time that its schedule and its nominal time decide: every server knows the same. */
export type Jitter = Readonly<{ seed: string; maxMs: number }>;

const jitterMs = ({ seed, maxMs }: Jitter, tickAt: Instant): number =>
  maxMs <= 0 ? 0 : hash32(`${seed}/${tickAt}`) % (maxMs + 1);

/** The first tick after a moment, with its jitter. */
export function firstTick(times: FireTimes, after: Instant, jitter: Jitter): NextTick | null {
  const tickAt = times.next(after);
  return tickAt === null ? null : { tickAt, fireAt: tickAt + jitterMs(jitter, tickAt) };
}

export function planTicks(planning: TickPlanning): TickPlan {
  const { times, catchUp, jitter, graceMs, next, now } = planning;
  const limit = catchUp === 'none' ? 0 : catchUp === 'last' ? 1 : planning.catchUpLimit;
  const surelyMissed = now - graceMs - jitter.maxMs - 1;
  const missed: Instant[] = [...latest(times, next.tickAt, surelyMissed, limit)];
  const onTime: Instant[] = [];
  let decidedUntil = Math.max(surelyMissed, next.tickAt - 1);
  let fireAt = Number.NEGATIVE_INFINITY;
  let following: NextTick | null = null;
  for (let tickAt = times.next(decidedUntil); tickAt !== null; tickAt = times.next(tickAt)) {
    // Jitter may not turn the order of ticks: one starts when its turn has come, and those before it have started.
    fireAt = Math.max(fireAt, tickAt === next.tickAt ? next.fireAt : tickAt + jitterMs(jitter, tickAt));
    if (fireAt > now) {
      following = { tickAt, fireAt };
      break;
    }
    (fireAt < now - graceMs ? missed : onTime).push(tickAt);
    decidedUntil = tickAt;
  }
  const caught = limit === 0 ? [] : missed.slice(-limit);
  const firstKept = caught[0] ?? onTime[0] ?? following?.tickAt ?? now + 1;
  const dropped = next.tickAt < firstKept && next.tickAt <= decidedUntil;
  return {
    start: [
      ...caught.map((tickAt) => ({ tickAt, caughtUp: true })),
      ...onTime.map((tickAt) => ({ tickAt, caughtUp: false })),
    ],
    dropped: dropped ? { from: next.tickAt, to: Math.min(firstKept - 1, now) } : null,
    decidedUntil,
    next: following,
  };
}

/**
 * The last ticks, at most `limit`, from `from` to `to`, both included. It looks back in growing steps, because a schedule
 * of every second that was not looked at for a year has more ticks than anybody should count.
 */
function latest(times: FireTimes, from: Instant, to: Instant, limit: number): readonly Instant[] {
  if (limit <= 0 || to < from) return [];
  for (let backMs = 60_000; ; backMs *= 4) {
    const start = Math.max(from, to - backMs);
    const ticks: Instant[] = [];
    for (let tick = times.next(start - 1); tick !== null && tick <= to; tick = times.next(tick)) ticks.push(tick);
    if (ticks.length >= limit || start === from) return ticks.slice(-limit);
  }
}
