import type { Attempt, PlanGraph, Run, RunStep } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { criticalPath, extentOf, timelineRows } from './timeline-rows.ts';

const start = Date.UTC(2026, 10, 26, 18);
const iso = (seconds: number | null) => (seconds === null ? null : new Date(start + seconds * 1_000).toISOString());

const step = (from: number | null, to: number | null, rest: Partial<RunStep> = {}): RunStep => ({
  status: to === null ? 'pending' : 'succeeded',
  reason: null,
  attempts: 1,
  iterations: null,
  items: null,
  reused: null,
  output: null,
  error: null,
  started_at: iso(from),
  ended_at: iso(to),
  ...rest,
});

function attempt(
  name: string,
  ready: number,
  from: number | null,
  to: number | null,
  rest: Partial<Attempt> = {},
): Attempt {
  return {
    step: name,
    item: -1,
    iteration: 0,
    attempt: 1,
    status: to === null ? 'running' : 'succeeded',
    reason: null,
    ready_at: iso(ready),
    started_at: iso(from),
    ended_at: iso(to),
    worker: null,
    waits_for: null,
    due_at: null,
    input: null,
    output: null,
    error: null,
    ...rest,
  };
}

const runOf = (steps: Record<string, RunStep>, ended: number | null) =>
  ({ steps, created_at: iso(0), started_at: iso(0), ended_at: iso(ended) }) as unknown as Run;
const graphOf = (edges: readonly (readonly [string, string])[]): PlanGraph => ({
  steps: [],
  edges: edges.map(([from, to]) => ({ from, to, kind: 'dependency', when: null })),
});

describe('the critical path', () => {
  test('goes from what ended last back over what each waited for last', () => {
    const steps = { a: step(0, 2), b: step(2, 9), c: step(2, 3), d: step(9, 10), idle: step(0, 1) };
    const path = criticalPath(
      graphOf([
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'd'],
        ['c', 'd'],
      ]),
      steps,
    );
    expect([...path].sort()).toEqual(['a', 'b', 'd']);
  });

  test('of a loop ends, and of one step alone is nothing worth marking', () => {
    expect(
      criticalPath(
        graphOf([
          ['a', 'b'],
          ['b', 'a'],
        ]),
        { a: step(0, 1), b: step(1, 2) },
      ).size,
    ).toBe(2);
    expect(criticalPath(graphOf([]), { a: step(0, 1) }).size).toBe(0);
  });
});

describe('the rows of a timeline', () => {
  const steps = {
    late: step(5, 6),
    first: step(1, 4, { attempts: 2 }),
    each: step(6, 9, { items: { total: 2, pending: 0, open: 0, succeeded: 2, failed: 0, cancelled: 0 } }),
    never: step(null, null),
  };
  const attempts = [
    attempt('late', 4, 5, 6),
    attempt('first', 0, 1, 2, { status: 'failed' }),
    attempt('first', 2, 3, 4, { attempt: 2 }),
    attempt('each', 6, 6, 8, { item: 0 }),
    attempt('each', 6, 7, 9, { item: 1 }),
    attempt('each', 9, null, 9, { attempt: 0 }),
  ];
  const run = runOf(steps, 9);

  test('stand in the order in which steps began, and tell waiting from running', () => {
    const rows = timelineRows(run, attempts, new Set(['first']), new Set(), start);
    expect(rows.map(({ name, below, critical }) => [name, below, critical])).toEqual([
      ['first', 2, true],
      ['late', 0, false],
      ['each', 2, false],
      ['never', 0, false],
    ]);
    expect(rows[1]?.bars).toMatchObject([{ ready: start + 4_000, start: start + 5_000, end: start + 6_000 }]);
    expect(rows[2]?.bars).toMatchObject([{ ready: start + 6_000, start: start + 6_000, end: start + 9_000 }]);
    expect(rows[3]?.bars).toEqual([]);
  });

  test('open into attempts, and into items', () => {
    const rows = timelineRows(run, attempts, new Set(), new Set(['first', 'each']), start);
    expect(rows.map(({ name }) => name)).toEqual([
      'first',
      'attempt 1',
      'attempt 2',
      'late',
      'each',
      'item 0',
      'item 1',
      'never',
    ]);
  });

  test('of what runs end now', () => {
    const [row] = timelineRows(
      runOf({ a: step(0, null) }, null),
      [attempt('a', 0, 1, null)],
      new Set(),
      new Set(),
      start + 7_000,
    );
    expect(row?.bars).toMatchObject([{ start: start + 1_000, end: start + 7_000 }]);
  });

  test('extend over the whole run', () => {
    expect(extentOf(run, attempts, start)).toEqual([start, start + 9_000]);
    expect(extentOf(runOf({}, null), [], start)).toEqual([start, start + 1]);
  });
});
