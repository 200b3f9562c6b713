import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runId } from '../values/ids.ts';
import { decideGrants, noStarts } from './decide-grants.ts';
import { demandText, type Holder } from './demand.ts';
import { findCircles } from './find-circles.ts';
import type { WaitingRequest } from './waiting-request.ts';

const run = (number: number): Holder => ({ run: runId(String(number)), step: -1, item: -1, iteration: 0 });
/** A step of a run that holds something; as old as `age` is low. Of the keys, `r` is a rate. */
const step = (number: number, keys: string, age = number, limit = 1): WaitingRequest => ({
  run: runId(String(number)),
  step: 0,
  item: -1,
  iteration: 0,
  attempt: 1,
  request: 0,
  priority: 0,
  requestedAt: age,
  above: [run(number)],
  demands: [...keys].map((key) =>
    key === 'r' ? { kind: 'rate', key, limit, perMs: 10 } : { kind: 'concurrency', key, limit, whenFull: 'queue' },
  ),
});
const holders = (held: Readonly<Record<string, readonly number[]>>) =>
  new Map(Object.entries(held).map(([key, runs]) => [`concurrency ${key}`, runs.map(run)]));
const find = (requests: readonly WaitingRequest[], held: Readonly<Record<string, readonly number[]>>) => {
  const { granted, refused } = findCircles(requests, holders(held));
  return { granted: granted.map((one) => Number(one.run)), refused: refused === null ? null : Number(refused.ref.run) };
};

describe('a circle', () => {
  test('of two runs is broken at its youngest request', () => {
    expect(find([step(1, 'b', 8), step(2, 'a', 5)], { a: [1], b: [2] })).toEqual({ granted: [], refused: 1 });
  });

  test('of many is found, and those who only wait for it are left alone', () => {
    const requests = [step(1, 'b'), step(2, 'c'), step(3, 'a'), step(4, 'a', 99)];
    expect(find(requests, { a: [1], b: [2], c: [3], d: [4] })).toEqual({ granted: [], refused: 3 });
  });

  test('is none while one of the holders lets go by itself', () => {
    expect(find([step(1, 'b'), step(2, 'a')], { a: [1, 9], b: [2] })).toEqual({ granted: [], refused: 2 });
    expect(find([step(1, 'b', 1, 2), step(2, 'a', 2, 2)], { a: [1, 9], b: [2, 8] })).toEqual({
      granted: [],
      refused: null,
    });
    expect(find([step(1, 'b')], { a: [1], b: [2] })).toEqual({ granted: [], refused: null });
  });
});

test('a request that is held up only by a place kept for one that waits for its own run goes first', () => {
  // 1 waits for both keys; b is held by 2, which wants a: free, and kept for 1.
  const [both, wants] = [step(1, 'ab', 1), step(2, 'a', 2)];
  expect(find([both, wants], { b: [2], x: [1] })).toEqual({ granted: [2], refused: null });
  // While b is held by somebody who lets go, 1 is served in its turn.
  expect(find([both, wants], { b: [9], x: [1], y: [2] })).toEqual({ granted: [], refused: null });
});

test('a place that is kept in the line of a rate closes a circle as well', () => {
  // 1 waits for a, which 2 holds, and is first in the line of the rate; 2 stands behind it there.
  const [first, behind] = [step(1, 'ar', 1), step(2, 'r', 2)];
  expect(find([first, behind], { a: [2], x: [1] })).toEqual({ granted: [2], refused: null });
  // A rate of two lets one pass beside the place that is kept.
  const [one, two] = [step(1, 'a', 1), step(1, 'r', 1, 2)];
  const wide = { ...one, demands: [...one.demands, ...two.demands] };
  expect(find([wide, step(2, 'r', 2, 2)], { a: [2], x: [1] })).toEqual({ granted: [], refused: null });
});

test('whatever the runs hold and want, looking and untangling serves or refuses everybody', () => {
  const keys = ['a', 'b', 'c'];
  const world = fc.array(
    fc.record({ holds: fc.subarray(keys), wants: fc.subarray([...keys, 'r'], { minLength: 1 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 2 }), (runs, limit) => {
      const held = new Map<string, Holder[]>(keys.map((key) => [`concurrency ${key}`, []]));
      let waiting: WaitingRequest[] = [];
      runs.forEach(({ holds, wants }, index) => {
        const got = holds.filter((key) => (held.get(`concurrency ${key}`)?.length ?? 0) < limit);
        for (const key of got) held.get(`concurrency ${key}`)?.push(run(index + 1));
        const asked = wants.filter((key) => !got.includes(key)).join('');
        if (got.length > 0 && asked !== '') waiting.push(step(index + 1, asked, index, limit));
        // A run that waits for nothing ends by itself.
        else for (const list of held.values()) if (list.at(-1)?.run === run(index + 1).run) list.pop();
      });
      for (let turns = 0; waiting.length > 0; turns++) {
        expect(turns).toBeLessThan(50);
        const states = new Map(
          [...held].map(([text, list]) => [text, { held: list.length, oldest: list, starts: noStarts, cut: false }]),
        );
        let { granted } = decideGrants(
          waiting.map((one) => ({ ...one, complete: true })),
          states,
          0,
        ) as {
          granted: readonly WaitingRequest[];
        };
        let gone: readonly WaitingRequest[] = granted;
        if (granted.length === 0) {
          const found = findCircles(waiting, held);
          granted = found.granted;
          gone = found.refused === null ? granted : [found.refused.ref];
          for (const { demands } of granted) {
            for (const demand of demands) expect(held.get(demandText(demand))?.length ?? 0).toBeLessThan(limit);
          }
        }
        expect(gone.length).toBeGreaterThan(0);
        // Who was served or refused ends, with its run.
        const ended = new Set(gone.map((one) => one.run));
        waiting = waiting.filter((one) => !ended.has(one.run));
        for (const [text, list] of held)
          held.set(
            text,
            list.filter((one) => !ended.has(one.run)),
          );
      }
    }),
    { numRuns: 500 },
  );
});
