import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { MillraceError } from '@millrace/core';

/** How long an attempt waits for the files of its workspace while the server cannot give them, and how often it asks. */
const filesRetryMs = 60_000;
const maxFilesPauseMs = 2_000;

/**
 * Makes a folder with the files of a workspace, which come from the server: that may be away for a while, and it is not
 * the step's failure. null: it is not wanted any more. Throws when it is in vain.
 */
export async function takeFolder<Folder>(make: () => Promise<Folder>, isWanted: () => boolean): Promise<Folder | null> {
  const startedAt = performance.now();
  for (let pauseMs = 100; isWanted(); pauseMs = Math.min(pauseMs * 2, maxFilesPauseMs)) {
    try {
      return await make();
    } catch (cause) {
      const passing = cause instanceof MillraceError && cause.retryable;
      if (!passing || performance.now() - startedAt > filesRetryMs) throw cause;
      await setTimeoutPromise(pauseMs);
    }
  }
  return null;
}
