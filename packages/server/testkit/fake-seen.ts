import type { LogChunk, SyncRequest } from '@millrace/core';
import type {
  BulkRequest,
  CacheFilter,
  RerunRequest,
  RunFilter,
  StartRunRequest,
  WebhookRequest,
} from '@millrace/engine';

export type Seen = ReturnType<typeof createSeen>;

/** What the fake engine was asked for, in the order in which it was. */
export function createSeen() {
  return {
    starts: [] as StartRunRequest[],
    filters: [] as RunFilter[],
    cancels: [] as unknown[],
    pauses: [] as unknown[],
    resumptions: [] as unknown[],
    reruns: [] as RerunRequest[],
    bulks: [] as BulkRequest[],
    cacheFilters: [] as CacheFilter[],
    explains: [] as unknown[],
    attemptFilters: [] as unknown[],
    approvalFilters: [] as unknown[],
    limits: [] as unknown[],
    answers: [] as unknown[],
    emitted: [] as unknown[],
    eventFilters: [] as unknown[],
    syncs: [] as SyncRequest[],
    chunks: [] as LogChunk[],
    syncSignals: [] as AbortSignal[],
    schedules: [] as unknown[],
    deliveries: [] as WebhookRequest[],
    waits: 0,
  };
}
