import type { Instant, RunId, RunRecord, RunStatus, WorkerDescription } from '@millrace/core';

export type RunFilter = Readonly<{
  workspace?: string;
  workflow?: string;
  status?: readonly RunStatus[];
  /** Only runs that nobody but a person, clock or event started. */
  topLevel?: boolean;
  parent?: RunId;
  createdAfter?: Instant;
  createdBefore?: Instant;
  tag?: string;
}>;

/** A page by key: `after` is the cursor of the page before. Newest first. */
export type Page = Readonly<{ limit: number; after: string | null }>;
export type Paged<Item> = Readonly<{ items: readonly Item[]; next: string | null }>;

/** A run without its input and output. */
export type RunSummary = Omit<RunRecord, 'input' | 'output' | 'control'> & Readonly<{ cancelling: boolean }>;

export type WorkerSummary = Readonly<{
  worker: WorkerDescription;
  leaseUntil: Instant;
  registeredAt: Instant;
  held: number;
}>;

/** What people ask: lists, search, statistics. Never used by the engine to decide anything. */
export type Queries = Readonly<{
  listRuns(filter: RunFilter, page: Page): Promise<Paged<RunSummary>>;
  countRuns(filter: RunFilter): Promise<Readonly<Record<RunStatus, number>>>;
  listWorkers(): Promise<readonly WorkerSummary[]>;
  /** Ready (unleased) and leased attempts by lane. */
  countWork(): Promise<
    readonly Readonly<{
      queue: string;
      capability: string;
      labels: readonly string[];
      ready: number;
      leased: number;
      oldestReadyAt: Instant | null;
    }>[]
  >;
}>;
