import type { RetryPolicy } from '../definitions/retry.ts';
import { hash32 } from './hash32.ts';

/** How many losses of its worker a step run survives without using up its attempts. */
export const maxWorkerLosses = 3;

/**
 * How long to wait before the next attempt, in milliseconds. `failedAttempts` counts those that failed, from 1.
 *
 * The random part comes from `seedText` (run, step and attempt), not from a random source: replaying a decision gives
 * the same delay, while runs that failed together still spread out.
 */
export function retryDelayMs(policy: RetryPolicy, failedAttempts: number, seedText: string): number {
  const whole = Math.min(policy.maxDelayMs, growing(policy, Math.max(1, failedAttempts)));
  const share = Math.min(1, Math.max(0, policy.jitter));
  const random = hash32(seedText) / 2 ** 32;
  const delay = whole * (1 - share * random);
  return Number.isFinite(delay) ? Math.max(0, Math.round(delay)) : 0;
}

function growing(policy: RetryPolicy, failedAttempts: number): number {
  if (policy.delayMs === 0) return 0;
  switch (policy.backoff) {
    case 'fixed':
      return policy.delayMs;
    case 'linear':
      return policy.delayMs * failedAttempts;
    case 'exponential':
      return policy.delayMs * policy.factor ** (failedAttempts - 1);
  }
}
