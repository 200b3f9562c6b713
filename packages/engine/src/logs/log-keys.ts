import type { AttemptKey, RunId } from '@millrace/core';

/** Digits of an offset in a key, so that the order of keys is the order of chunks. */
const digits = 15;

/** All logs of a run. */
export const runLogPrefix = (run: RunId): string => `logs/${run}/`;

/** All logs of one step. */
export const stepLogPrefix = (run: RunId, step: number): string => `${runLogPrefix(run)}${step}.`;

/** One attempt's chunks. An item of -1 is written `s`: the step itself. */
export const attemptLogPrefix = (run: RunId, { step, item, iteration, attempt }: AttemptKey): string =>
  `${runLogPrefix(run)}${step}.${iteration}.${item < 0 ? 's' : item}.${attempt}/`;

export const logChunkKey = (run: RunId, key: AttemptKey, offset: number): string =>
  `${attemptLogPrefix(run, key)}${String(offset).padStart(digits, '0')}`;

const pattern = /^logs\/\d+\/(\d+)\.(\d+)\.(s|\d+)\.(\d+)\/(\d+)$/;

/** Reads a chunk's key; null when it is none. */
export function parseLogChunkKey(key: string): (AttemptKey & { readonly offset: number }) | null {
  const match = pattern.exec(key);
  if (match === null) return null;
  const [, step, iteration, item, attempt, offset] = match;
  return {
    step: Number(step),
    iteration: Number(iteration),
    item: item === 's' ? -1 : Number(item),
    attempt: Number(attempt),
    offset: Number(offset),
  };
}
