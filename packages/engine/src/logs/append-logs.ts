import type { LogChunk } from '@millrace/core';
import type { BlobStore } from '../ports/blob-store.ts';
import type { EventBus } from '../realtime/event-bus.ts';
import { logChunkKey } from './log-keys.ts';
import type { StepNames } from './step-names.ts';

/**
 * Stores pieces of logs, each as a blob named by its offset, and tells who follows. Resolves when all are durable; sending
 * a piece again replaces it by itself.
 */
export function createAppendLogs(blobs: BlobStore, bus: EventBus, names: StepNames) {
  return async (chunks: readonly LogChunk[]): Promise<void> => {
    await Promise.all(chunks.map(({ run, offset, data, ...key }) => blobs.put(logChunkKey(run, key, offset), data)));
    if (!bus.heard()) return;
    for (const { run, step, item, iteration, attempt, offset, data } of chunks) {
      const found = await names.of(run);
      if (found === null) continue;
      const { workspace, workflow } = found;
      const name = found.steps[step] ?? String(step);
      const sizeBytes = offset + data.byteLength;
      bus.publish({ type: 'log', run, workspace, workflow, step: name, item, iteration, attempt, sizeBytes });
    }
  };
}
