import { afterEach, describe, expect, it, vi } from 'vitest';
import { collectGarbage, heapBytes, restWhenIdle, shouldRest } from './rest-when-idle.ts';

afterEach(() => vi.useRealTimers());

describe('a process that stays', () => {
  const idle = { utilization: 0.01, heapBytes: 70e6, restedBytes: null };

  it('rests once when it has become idle, and again when there is something to gain', () => {
    expect(shouldRest(idle)).toBe(true);
    expect(shouldRest({ ...idle, restedBytes: 60e6 })).toBe(false);
    expect(shouldRest({ ...idle, restedBytes: 50e6 })).toBe(true);
  });

  it('does not rest while it works, nor when others would wait for it', () => {
    expect(shouldRest({ ...idle, utilization: 0.05 })).toBe(false);
    expect(shouldRest({ ...idle, heapBytes: 300e6 })).toBe(false);
  });

  it('looks now and then, until it is told to stop', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const utilization = vi.spyOn(performance, 'eventLoopUtilization');
    const loop = (busy: number) => utilization.mockReturnValue({ idle: 1 - busy, active: busy, utilization: busy });
    const collect = vi.fn();
    loop(0.5);
    const stop = restWhenIdle(collect);
    vi.advanceTimersByTime(20_000);
    expect(collect).not.toHaveBeenCalled();
    loop(0);
    vi.advanceTimersByTime(20_000);
    expect(collect).toHaveBeenCalledOnce();
    stop();
    expect(vi.getTimerCount()).toBe(0);
    utilization.mockRestore();
  });

  it('gives memory back', () => {
    let kept: object[] | null = Array.from({ length: 500_000 }, (_, index) => ({ index }));
    const before = heapBytes();
    expect(kept.length).toBe(500_000);
    kept = null;
    collectGarbage();
    expect(before - heapBytes()).toBeGreaterThan(10e6);
  });
});
