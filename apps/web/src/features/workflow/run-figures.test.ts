import { expect, test } from 'vitest';
import { figuresOf } from './run-figures.ts';

const run = (status: 'succeeded' | 'failed' | 'timed_out' | 'cancelled' | 'running', tookMs: number) => ({
  status,
  started_at: '2026-11-26T10:00:00.000Z',
  ended_at: status === 'running' ? null : new Date(Date.UTC(2026, 10, 26, 10) + tookMs).toISOString(),
});

test('durations are those of runs that succeeded; cancelled ones and those under way count nowhere', () => {
  const took = Array.from({ length: 20 }, (_, index) => run('succeeded', (index + 1) * 100));
  const others = [run('failed', 9_000), run('timed_out', 9_000), run('cancelled', 9_000), run('running', 0)];
  expect(figuresOf([...others, ...took])).toEqual({
    ended: 22,
    succeeded: 20,
    failed: 2,
    durations: { p50: 1_000, p95: 1_900, longest: 2_000 },
  });
  expect(figuresOf([run('failed', 1)])).toEqual({ ended: 1, succeeded: 0, failed: 1, durations: null });
});
