import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runId } from '../values/ids.ts';
import { decideGrants, type LimitState, type LoadedRequest, noStarts } from './decide-grants.ts';
import { type Demand, demandText, type WhenFull } from './demand.ts';

const now = 10_000;
const key = (text: string, limit = 1, whenFull: WhenFull = 'queue'): Demand => ({
  kind: 'concurrency',
  key: text,
  limit,
  whenFull,
});
const rate = (limit: number, perMs: number): Demand => ({ kind: 'rate', key: 'r', limit, perMs });

/** The request of a run, as old as its number is low. */
const ask = (run: number, demands: readonly Demand[], more: Partial<LoadedRequest> = {}): LoadedRequest => ({
  run: runId(String(run)),
  step: 0,
  item: -1,
  iteration: 0,
  attempt: 1,
  request: 0,
  priority: 0,
  requestedAt: run,
  demands,
  above: [],
  complete: true,
  ...more,
});

const holder = (run: number) => ({ run: runId(String(run)), step: -1, item: -1, iteration: 0 });
const held = (...runs: readonly number[]): LimitState => ({
  held: runs.length,
  oldest: runs.map(holder),
  starts: noStarts,
  cut: false,
});
const limits = (states: Readonly<Record<string, LimitState>>) =>
  new Map(Object.entries(states).map(([text, state]) => [`concurrency ${text}`, state]));

const decide = (requests: readonly LoadedRequest[], states: Readonly<Record<string, LimitState>> = {}) => {
  const { granted, refused, cancels, more } = decideGrants(requests, limits(states), now);
  return {
    granted: granted.map(({ run }) => Number(run)),
    refused: refused.map(({ ref, reason, by }) => [Number(ref.run), reason, by === null ? null : Number(by)]),
    cancels: cancels.map(({ run, by }) => [Number(run), Number(by)]),
    more,
  };
};
const nothing = { granted: [], refused: [], cancels: [], more: false };

describe('slots go', () => {
  test('to whoever has priority, then to whoever asked first, while there is room', () => {
    const line = [ask(1, [key('a', 2)]), ask(2, [key('a', 2)], { priority: 1 }), ask(3, [key('a', 2)])];
    expect(decide(line)).toEqual({ ...nothing, granted: [2, 1] });
    expect(decide(line, { a: held(9) })).toEqual({ ...nothing, granted: [2] });
    expect(decide(line, { a: held(8, 9) })).toEqual(nothing);
  });

  test('first to those whose run holds something that others may wait for', () => {
    const line = [ask(1, [key('a')], { priority: 50 }), ask(2, [key('a')], { above: [holder(2)] })];
    expect(decide(line)).toEqual({ ...nothing, granted: [2] });
  });

  test('for several keys together or not at all, and free ones are kept for whoever waits for the rest', () => {
    const line = [ask(1, [key('a'), key('b')]), ask(2, [key('a')])];
    expect(decide(line, { b: held(9) })).toEqual(nothing);
    expect(decide(line)).toEqual({ ...nothing, granted: [1] });
  });

  test('past a kept place while there is more room than that', () => {
    const line = [ask(1, [key('a', 2), key('b')]), ask(2, [key('a', 2)]), ask(3, [key('a', 2)])];
    expect(decide(line, { b: held(9) })).toEqual({ ...nothing, granted: [2] });
  });

  test('by the limit of each request', () => {
    expect(decide([ask(1, [key('a', 1)]), ask(2, [key('a', 3)])], { a: held(9) })).toEqual({
      ...nothing,
      granted: [2],
    });
  });

  test('not to a request of which not everything is known, whose places are kept', () => {
    const line = [ask(1, [key('a')], { complete: false }), ask(2, [key('a')])];
    expect(decide(line)).toEqual(nothing);
  });

  test('and more is told when room is left and the line was cut', () => {
    expect(decide([ask(1, [key('a', 5)])], { a: { ...held(9), cut: true } })).toMatchObject({ more: true });
    expect(decide([ask(1, [key('a', 2)])], { a: { ...held(9), cut: true } })).toMatchObject({ more: false });
  });
});

describe('when_full', () => {
  test('skip: refused when it would have to wait, for a holder or for somebody in line', () => {
    expect(decide([ask(1, [key('a', 1, 'skip')])])).toEqual({ ...nothing, granted: [1] });
    const full = { ...nothing, refused: [[2, 'full', null]] };
    expect(decide([ask(2, [key('a', 1, 'skip')])], { a: held(9) })).toEqual(full);
    expect(decide([ask(1, [key('a'), key('b')]), ask(2, [key('a', 1, 'skip')])], { b: held(9) })).toEqual(full);
  });

  test('skip: a refused one keeps no places', () => {
    const line = [ask(1, [key('a', 1, 'skip'), key('b')]), ask(2, [key('b')])];
    expect(decide(line, { a: held(9) })).toEqual({ ...nothing, granted: [2], refused: [[1, 'full', null]] });
  });

  test('cancel_oldest: the newest one wins, older ones leave the line, the oldest holders are cancelled', () => {
    const line = [
      ask(1, [key('a', 2)]),
      ask(2, [key('a', 2, 'cancel_oldest')]),
      ask(3, [key('a', 2, 'cancel_oldest')]),
    ];
    expect(decide(line, { a: held(7, 8) })).toEqual({
      ...nothing,
      refused: [
        [1, 'superseded', 3],
        [2, 'superseded', 3],
      ],
      cancels: [[7, 3]],
    });
  });

  test('cancel_oldest: a lower limit has as many cancelled as stand in the way', () => {
    expect(decide([ask(3, [key('a', 1, 'cancel_oldest')])], { a: held(7, 8, 9) }).cancels).toEqual([
      [7, 3],
      [8, 3],
      [9, 3],
    ]);
  });

  test('cancel_oldest: never its own run or one above it, nor an attempt after the first', () => {
    const own = ask(3, [key('a', 1, 'cancel_oldest')], { above: [holder(7)] });
    expect(decide([own], { a: held(7) }).cancels).toEqual([]);
    expect(decide([own], { a: held(3) }).cancels).toEqual([]);
    const retry = ask(1, [key('a')], { attempt: 2 });
    expect(decide([retry, ask(3, [key('a', 1, 'cancel_oldest')])], { a: held(9) })).toEqual({
      ...nothing,
      cancels: [[9, 3]],
    });
  });

  test('cancel_oldest: somebody who is let in by the same look is a holder at the next one', () => {
    const line = [ask(1, [key('a')]), ask(2, [key('a', 1, 'cancel_oldest')])];
    expect(decide(line)).toEqual({ ...nothing, granted: [1], more: true });
  });

  test('cancel_oldest: with room for all of them, nobody leaves', () => {
    const line = [ask(1, [key('a', 3)]), ask(2, [key('a', 3, 'cancel_oldest')])];
    expect(decide(line, { a: held(9) })).toEqual({ ...nothing, granted: [1, 2] });
  });
});

describe('a rate', () => {
  const starts = (...at: readonly number[]): LimitState => ({
    held: 0,
    oldest: [],
    starts: { count: at.length, at: new Map(at.map((time, index) => [index + 1, time])) },
    cut: false,
  });
  const look = (requests: readonly LoadedRequest[], state: LimitState) => {
    const { granted, wakeAt } = decideGrants(requests, new Map([['rate r', state]]), now);
    return [granted.map(({ run }) => Number(run)), wakeAt];
  };

  test('lets in what the window has room for, and tells when it has room again', () => {
    const line = [ask(1, [rate(2, 1_000)]), ask(2, [rate(2, 1_000)]), ask(3, [rate(2, 1_000)])];
    expect(look(line, starts())).toEqual([[1, 2], now + 1_000]);
    expect(look(line, starts(now - 1_000, now - 300))).toEqual([[1], now + 700]);
    expect(look(line, starts(now - 999, now - 300))).toEqual([[], now + 1]);
    expect(look(line.slice(0, 2), starts(now - 5_000, now - 4_000))).toEqual([[1, 2], null]);
  });

  test('never has more starts in any window than its limit, whoever asks when', () => {
    const history = fc.array(fc.record({ wait: fc.nat(400), many: fc.nat(4) }), { maxLength: 40 });
    fc.assert(
      fc.property(
        history,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 900 }),
        (moments, limit, perMs) => {
          const at = new Map<number, number>();
          let time = 0;
          let waiting = 0;
          for (const { wait, many } of moments) {
            time += wait;
            waiting += many;
            const line = Array.from({ length: waiting }, (_, index) => ask(index + 1, [rate(limit, perMs)]));
            const state = { held: 0, oldest: [], starts: { count: at.size, at }, cut: false };
            const { granted, wakeAt } = decideGrants(line, new Map([['rate r', state]]), time);
            for (const _ of granted) at.set(at.size + 1, time);
            waiting -= granted.length;
            if (waiting > 0) expect(wakeAt).toBeGreaterThan(time);
          }
          const times = [...at.values()];
          times.forEach((first, index) => {
            const last = times[index + limit];
            if (last !== undefined) expect(last - first).toBeGreaterThanOrEqual(perMs);
          });
        },
      ),
    );
  });
});

test('whatever is asked: limits hold, nothing is granted twice, and the first in line is never passed over for its keys', () => {
  const demands = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
  const one = fc.record({ demands, priority: fc.integer({ min: 0, max: 2 }), nested: fc.boolean() });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.nat(3), fc.nat(3), (wishes, heldA, heldB) => {
      const line = wishes.map((wish, index) =>
        ask(
          index + 1,
          wish.demands.map((text) => key(text, 2)),
          {
            priority: wish.priority,
            above: wish.nested ? [holder(index + 1)] : [],
          },
        ),
      );
      const states = {
        a: held(...Array.from({ length: heldA }, (_, at) => 90 + at)),
        b: held(...Array.from({ length: heldB }, (_, at) => 95 + at)),
      };
      const { granted } = decideGrants(line, limits(states), now);
      expect(new Set(granted).size).toBe(granted.length);
      for (const text of ['a', 'b', 'c']) {
        const own = granted.filter((request) =>
          request.demands.some((demand) => demandText(demand) === `concurrency ${text}`),
        );
        const before = text === 'a' ? heldA : text === 'b' ? heldB : 0;
        if (own.length > 0) expect(before + own.length).toBeLessThanOrEqual(2);
      }
    }),
  );
});
