import { expect, test } from 'vitest';
import { simulateSchedules } from './simulate-schedules.ts';

// The whole of it, 10,000 schedules over ten hours: npm run simulate:schedules
test('400 schedules on two servers, one of which is killed every minute: each tick has exactly one run', {
  timeout: 120_000,
}, async () => {
  const result = await simulateSchedules({ seed: 1, schedules: 400, hours: 2, killEveryMs: 60_000 });
  expect(result.wrong).toEqual([]);
  expect(result.kills).toBeGreaterThan(110);
  expect(result.ticks).toBeGreaterThan(800);
  expect(result.latestMs).toBeLessThan(30_000);
});

test('servers that die before they saved what they started start it again, and find its runs', {
  timeout: 120_000,
}, async () => {
  const result = await simulateSchedules({
    seed: 2,
    schedules: 300,
    hours: 0.5,
    killEveryMs: 600_000,
    deadlySaves: 200,
  });
  expect(result.wrong.filter((line) => !line.endsWith('has 0 runs.'))).toEqual([]);
  expect(result.kills).toBeGreaterThan(10);
  expect(result.repeated).toBeGreaterThan(10);
});
