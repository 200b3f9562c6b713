import type { Queries, Store } from '../../src/ports/index.ts';

/** A fresh, empty store whose clock only moves when it is told to. */
export type ConformanceStore = Readonly<{
  store: Store;
  queries: Queries;
  /** Another server on the same data: a store of its own where the adapter can have several, else the same. */
  another(): Promise<Readonly<{ store: Store; queries: Queries }>>;
  advanceClock(ms: number): Promise<void>;
  dispose(): Promise<void>;
}>;

export type OpenForConformance = () => Promise<ConformanceStore>;
