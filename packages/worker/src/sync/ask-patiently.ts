import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { MillraceError } from '@millrace/core';

/** How long an attempt waits for what the server cannot give just now, and how often it asks. */
const retryMs = 60_000;
const maxPauseMs = 2_000;

/**
 * Gets what an attempt needs of the server, files or secrets: that may be away for a while, which is not the step's
 * failure. null: it is not wanted any more. Throws when it is in vain.
 */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  isWanted: () => boolean,
): Promise<Answer | null> {
  const startedAt = performance.now();
  for (let pauseMs = 100; isWanted(); pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    try {
      return await ask();
    } catch (cause) {
      const passing = cause instanceof MillraceError && cause.retryable;
      if (!passing || performance.now() - startedAt > retryMs) throw cause;
      await setTimeoutPromise(pauseMs);
    }
  }
  return null;
}
