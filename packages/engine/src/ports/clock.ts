import type { Instant } from '@millrace/core';

/** Time as the engine sees it: the store's, kept in step without asking for each decision. Tests bind their own. */
export type Clock = Readonly<{
  now(): Instant;
  /** Calls once after `ms`; the returned function calls it off. */
  after(ms: number, callback: () => void): () => void;
}>;
