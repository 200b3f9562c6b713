import type { Assignment, AttemptResult } from '@millrace/core';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** How one execution of an attempt will end, and when. Every output has a token of its own. */
export function randomResult(
  { scenario }: World,
  random: Random,
  { timeoutMs }: Assignment,
): Readonly<{ result: AttemptResult; durationMs: number }> {
  const durationMs = random.chance(30) ? random.int(0, scenario.stepMs * 4) : random.int(0, scenario.stepMs);
  if (timeoutMs !== null && durationMs >= timeoutMs) {
    const error = { code: 'timeout', message: 'It took too long.' };
    return { durationMs: timeoutMs, result: { status: 'timed_out', error, durationMs: timeoutMs } };
  }
  if (random.chance(scenario.failures)) {
    const code = random.pick(['a', 'b']);
    const error = { code, message: 'It failed.', ...(random.chance(200) ? { retryable: false } : {}) };
    return { durationMs, result: { status: 'failed', error, durationMs } };
  }
  const list = Array.from({ length: random.int(0, 4) }, (_, at) => at);
  const output = { token: random.int(1, 2 ** 40), n: random.int(0, 5), list };
  return { durationMs, result: { status: 'succeeded', output, durationMs } };
}
