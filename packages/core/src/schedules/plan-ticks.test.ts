import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fireTimes, ticksBetween } from './fire-times.ts';
import { firstTick, type Jitter, type NextTick, planTicks, type TickPlan } from './plan-ticks.ts';

const minute = 60_000;
const times = fireTimes({ everyMs: minute, timezone: 'UTC' });
const none: Jitter = { seed: 's', maxMs: 0 };
const at = (minutes: number): number => minutes * minute;

function plan(from: number, now: number, given: Partial<Parameters<typeof planTicks>[0]> = {}): TickPlan {
  const next = { tickAt: from, fireAt: from };
  return planTicks({ times, catchUp: 'none', catchUpLimit: 100, jitter: none, graceMs: minute, next, now, ...given });
}

describe('what is due of a schedule', () => {
  it('is one tick, on time', () => {
    expect(plan(at(10), at(10) + 5)).toEqual({
      start: [{ tickAt: at(10), caughtUp: false }],
      dropped: null,
      decidedUntil: at(10),
      next: { tickAt: at(11), fireAt: at(11) },
    });
  });

  it('is nothing before its time, also when a clock was set back', () => {
    const early = plan(at(10), at(3));
    expect(early).toEqual({
      start: [],
      dropped: null,
      decidedUntil: at(10) - 1,
      next: { tickAt: at(10), fireAt: at(10) },
    });
  });

  it('after an outage: what is not older than the grace, and of the rest what `catch_up` lets start', () => {
    const now = at(20) + 30_000;
    const started = (given: Partial<Parameters<typeof planTicks>[0]>) => {
      const { start, dropped } = plan(at(10), now, given);
      return [start.map(({ tickAt, caughtUp }) => `${tickAt / minute}${caughtUp ? ' caught up' : ''}`), dropped];
    };
    expect(started({})).toEqual([['20'], { from: at(10), to: at(20) - 1 }]);
    expect(started({ catchUp: 'last' })).toEqual([['19 caught up', '20'], { from: at(10), to: at(19) - 1 }]);
    expect(started({ catchUp: 'all', catchUpLimit: 2 })).toEqual([
      ['18 caught up', '19 caught up', '20'],
      { from: at(10), to: at(18) - 1 },
    ]);
    expect(started({ catchUp: 'all', graceMs: 0 })[0]).toHaveLength(11);
    expect(started({ catchUp: 'all' })[1]).toBeNull();
  });

  it('after a year without a look at a schedule of every second is found without counting the year', () => {
    const seconds = fireTimes({ everyMs: 1_000, timezone: 'UTC' });
    let asked = 0;
    const counting = {
      next(after: number) {
        asked += 1;
        return seconds.next(after);
      },
    };
    const now = 365 * 24 * 60 * minute;
    const { start } = plan(1_000, now, { times: counting, catchUp: 'all', catchUpLimit: 100 });
    expect(start).toHaveLength(100 + 61);
    expect(asked).toBeLessThan(2_000);
  });

  it('of a schedule that has ended is the end', () => {
    const once = fireTimes({ at: '1970-01-01T00:10:00Z', timezone: 'UTC' });
    expect(plan(at(10), at(10), { times: once })).toMatchObject({ start: [{ tickAt: at(10) }], next: null });
  });
});

describe('over any history of looks', () => {
  const jitters = fc.constantFrom(0, 20_000, 150_000);
  const gaps = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 40 });
  const patterns = fc.constantFrom(
    { everyMs: 7_000 },
    { everyMs: minute },
    { cron: '*/3 * * * *' },
    { cron: '5,50 1-4 * * *' },
  );

  it('with catch_up: all every tick starts exactly once, in order, and never before its time', () => {
    fc.assert(
      fc.property(patterns, jitters, gaps, (pattern, maxMs, looks) => {
        const ticking = fireTimes({ ...pattern, timezone: 'America/New_York' });
        const jitter: Jitter = { seed: 'w/s', maxMs };
        const begin = 1_700_000_000_000;
        let now = begin;
        let next: NextTick | null = firstTick(ticking, begin, jitter);
        let decided = begin;
        const started: number[] = [];
        for (const gap of looks) {
          now += gap;
          if (next === null || next.fireAt > now) continue;
          const planned: TickPlan = planTicks({
            times: ticking,
            catchUp: 'all',
            catchUpLimit: 10_000,
            jitter,
            graceMs: 5_000,
            next,
            now,
          });
          started.push(...planned.start.map(({ tickAt }) => tickAt));
          expect(planned.dropped).toBeNull();
          expect(planned.decidedUntil).toBeGreaterThanOrEqual(decided);
          decided = planned.decidedUntil;
          next = planned.next;
          if (next !== null) expect(next.tickAt).toBeGreaterThan(decided);
        }
        expect(started).toEqual(ticksBetween(ticking, begin, started.at(-1) ?? begin, 100_000));
        expect(started.every((tick) => tick <= now)).toBe(true);
        // What has not started is not due yet: its jitter, or that of one before it, still runs.
        if (next !== null) expect(now - next.tickAt).toBeLessThanOrEqual(maxMs + 400_000);
      }),
      { numRuns: 500 },
    );
  });

  it('with any catch_up no tick starts twice, and what does not start is told', () => {
    fc.assert(
      fc.property(patterns, jitters, gaps, fc.constantFrom('none', 'last', 'all'), (pattern, maxMs, looks, catchUp) => {
        const ticking = fireTimes({ ...pattern, timezone: 'UTC' });
        const jitter: Jitter = { seed: 'w/s', maxMs };
        let now = 1_700_000_000_000;
        let next: NextTick | null = firstTick(ticking, now, jitter);
        const first = next?.tickAt ?? now;
        const known = new Set<number>();
        let decidedUntil = now;
        for (const gap of looks) {
          now += gap;
          if (next === null || next.fireAt > now) continue;
          const planned: TickPlan = planTicks({
            times: ticking,
            catchUp,
            catchUpLimit: 3,
            jitter,
            graceMs: 30_000,
            next,
            now,
          });
          for (const { tickAt } of planned.start) {
            expect(known.has(tickAt)).toBe(false);
            known.add(tickAt);
          }
          if (planned.dropped !== null) {
            for (const tick of ticksBetween(ticking, planned.dropped.from - 1, planned.dropped.to, 100_000)) {
              expect(known.has(tick)).toBe(false);
              known.add(tick);
            }
          }
          next = planned.next;
          decidedUntil = planned.decidedUntil;
        }
        const all = ticksBetween(ticking, first - 1, decidedUntil, 100_000);
        expect([...known].sort((a, b) => a - b)).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });
});
