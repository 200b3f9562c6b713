import type { RunId } from '@millrace/core';
import { runLogPrefix } from '../logs/log-keys.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { HistoryStore } from '../ports/history-store.ts';
import type { Left } from './rest-after.ts';

const looked = 500;
const clearedRuns = 200;
const clearedAttempts = 5_000;
/** Runs whose logs are looked for at once. */
const parallel = 50;

export type RemoveOldRunsOptions = Readonly<{
  history: HistoryStore;
  blobs: BlobStore;
  keepMs: number;
  onRemoved(count: number): void;
}>;

/**
 * Removes runs that ended long ago, a bounded piece at each call; gives what is left to do. What earlier calls have
 * left (of this server or of one that died) is cleared before more is removed: first logs, then rows, so that nothing
 * stays that nobody knows of.
 */
export function createRemoveOldRuns({ history, blobs, keepMs, onRemoved }: RemoveOldRunsOptions) {
  let after: RunId | null = null;
  /** Of the runs that were looked at last, all went. */
  let allOld = false;

  async function deleteLogs(run: RunId): Promise<void> {
    const logs = await blobs.list(runLogPrefix(run));
    if (logs.length > 0) await blobs.delete(logs.map(({ key }) => key));
  }

  async function clear(): Promise<boolean> {
    const runs = await history.remains(clearedRuns);
    if (runs.length === 0) return false;
    for (let at = 0; at < runs.length; at += parallel) {
      await Promise.all(runs.slice(at, at + parallel).map(deleteLogs));
    }
    const attempts = await history.clear(runs, clearedAttempts);
    return attempts === clearedAttempts || runs.length === clearedRuns;
  }

  return async (): Promise<Left> => {
    if (await clear()) return allOld ? 'much' : 'some';
    const { removed, next } = await history.removeRuns({ keepMs, after, limit: looked });
    after = next;
    allOld = removed === looked;
    onRemoved(removed);
    if (allOld) return 'much';
    return next !== null || removed > 0 ? 'some' : 'nothing';
  };
}
