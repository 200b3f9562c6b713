import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createThrottle } from './throttle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a throttle', () => {
  test('works at once, then at most so often, and always after the last call', async () => {
    let worked = 0;
    const { call } = createThrottle(async () => {
      worked += 1;
    }, 400);
    call();
    expect(worked).toBe(1);
    for (let at = 0; at < 1_000; at += 10) {
      call();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(worked).toBe(3);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(worked).toBe(4);
  });

  test('works less often when the work takes long, and goes on after a failure', async () => {
    let worked = 0;
    const { call } = createThrottle(async () => {
      worked += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      throw new Error('away');
    }, 400);
    call();
    call();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(worked).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(worked).toBe(2);
  });

  test('does nothing after it was cancelled', async () => {
    let worked = 0;
    const { call, cancel } = createThrottle(async () => {
      worked += 1;
    }, 400);
    call();
    call();
    cancel();
    call();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(worked).toBe(1);
  });
});
