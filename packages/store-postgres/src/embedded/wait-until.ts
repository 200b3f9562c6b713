import { setTimeout as delay } from 'node:timers/promises';

/** Looks every `everyMs` whether the condition holds; false when it does not within `timeoutMs`. */
export async function waitUntil(
  condition: () => boolean,
  { timeoutMs, everyMs = 5 }: { timeoutMs: number; everyMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() >= deadline) return false;
    await delay(everyMs);
  }
  return true;
}
