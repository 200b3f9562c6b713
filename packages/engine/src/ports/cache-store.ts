import type { Instant, Reach, RunId } from '@millrace/core';
import type { Page, Paged } from './queries.ts';

export type CacheKey = Readonly<{ workspace: string; key: string }>;

/** What the cache tells people of an output; the output itself stays where it is. */
export type CacheEntry = CacheKey &
  Readonly<{
    /** The rendered key. */
    label: string;
    /** Who put it there. */
    workflow: string;
    /** That of the run. */
    folder?: string;
    step: string;
    run: RunId;
    sizeBytes: number;
    createdAt: Instant;
    expiresAt: Instant;
  }>;

export type CacheFilter = Readonly<{
  workspace?: string;
  workflow?: string;
  step?: string;
  label?: string;
  /** Only what is within it; its names are workflows. */
  reach?: Reach;
}>;

/**
 * Outputs of attempts by the hash of their action and key. Put by commits only, under the commit's own time; the store's
 * clock says what has expired, and nobody is told of that any more.
 */
export type CacheStore = Readonly<{
  /** In the order of the keys; null: there is nothing. */
  find(keys: readonly CacheKey[]): Promise<readonly (Readonly<{ output: string | null }> | null)[]>;
  /** Newest first. */
  list(filter: CacheFilter, page: Page): Promise<Paged<CacheEntry>>;
  /** Removes what the filter means; gives how many. */
  clear(filter: CacheFilter): Promise<number>;
  /** Removes up to `limit` outputs that have expired; gives how many. */
  removeExpired(limit: number): Promise<number>;
}>;
