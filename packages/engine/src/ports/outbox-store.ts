import type { OutboxMessage, RunId } from '@millrace/core';
import type { OutboxKey } from './run-store.ts';

export type StoredMessage = Readonly<{ key: OutboxKey; run: RunId; message: OutboxMessage }>;

/** Messages between runs. The server that commits one delivers it at once; this is for those whose server died. */
export type OutboxStore = Readonly<{
  /** Messages older than `olderThanMs`, oldest first, hidden from other takers for `hideMs`. */
  takeOld(request: Readonly<{ olderThanMs: number; hideMs: number; limit: number }>): Promise<readonly StoredMessage[]>;
  remove(keys: readonly OutboxKey[]): Promise<void>;
}>;
