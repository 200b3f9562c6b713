import type { RunId } from '@millrace/core';

/** One run for each call of a hook, however often the message is delivered. */
export const hookStartKey = (run: RunId, call: string): string => `hook:${run}:${call}`;
