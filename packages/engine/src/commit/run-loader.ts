import { isRunEnd, MillraceError, restoreState } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';
import type { Aggregate } from './aggregate.ts';

export type RunLoaderHost = Readonly<{
  store: Store;
  plans: PlanCache;
  /** The copy is fresh. */
  loaded(aggregate: Aggregate, ended: boolean): void;
  notFound(aggregate: Aggregate): void;
  failed(aggregate: Aggregate, error: unknown): void;
  /** Some of those that were wanted have been dealt with. */
  batchDone(): void;
  /** Nothing is wanted any more. */
  idle(): void;
  onError(error: unknown, where: string): void;
}>;

const loadBatch = 200;

/** Brings runs into memory: many in one read, and one read at a time, so that what is wanted meanwhile shares the next. */
export class RunLoader {
  readonly #host: RunLoaderHost;
  readonly #wanted = new Set<Aggregate>();
  #loading = false;

  constructor(host: RunLoaderHost) {
    this.#host = host;
  }

  get isLoading(): boolean {
    return this.#loading;
  }

  /** Marks a run to be loaded; `load` begins. */
  want(aggregate: Aggregate): void {
    this.#wanted.add(aggregate);
  }

  load(): void {
    if (this.#loading || this.#wanted.size === 0) return;
    this.#loading = true;
    this.#loadUntilDone()
      .catch((error) => this.#host.onError(error, 'load'))
      .finally(() => {
        this.#loading = false;
        if (this.#wanted.size > 0) this.load();
        else this.#host.idle();
      });
  }

  async #loadUntilDone(): Promise<void> {
    while (this.#wanted.size > 0) {
      const batch = [...this.#wanted].slice(0, loadBatch);
      for (const aggregate of batch) {
        this.#wanted.delete(aggregate);
        aggregate.loading = true;
        // Not for those that come while it is under way: what it reads may be older than they are.
        for (const entry of aggregate.mailbox) entry.loadedFor = true;
      }
      try {
        await this.#loadThese(batch);
      } catch (error) {
        for (const aggregate of batch) this.#failed(aggregate, error);
        this.#host.onError(error, 'load runs');
      }
      this.#host.batchDone();
    }
  }

  async #loadThese(batch: readonly Aggregate[]): Promise<void> {
    const { store, plans, loaded, notFound } = this.#host;
    const read = new Map((await store.runs.load(batch.map(({ id }) => id))).map((run) => [run.run.id, run]));
    const prepared = await plans.getMany([...read.values()].map(({ run }) => run.plan));
    for (const aggregate of batch) {
      aggregate.loading = false;
      const found = read.get(aggregate.id);
      const plan = found === undefined ? undefined : prepared.get(found.run.plan);
      if (found === undefined) {
        notFound(aggregate);
      } else if (plan === undefined) {
        this.#failed(aggregate, new MillraceError('internal', `The plan of run ${aggregate.id} is not in the store.`));
      } else {
        aggregate.plan = plan;
        aggregate.origin = found.run;
        aggregate.version = found.run.version;
        aggregate.state = restoreState(plan, found);
        loaded(aggregate, isRunEnd(found.run.status));
      }
    }
  }

  #failed(aggregate: Aggregate, error: unknown): void {
    aggregate.loading = false;
    this.#host.failed(aggregate, error);
  }
}
