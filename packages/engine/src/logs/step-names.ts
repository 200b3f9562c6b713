import type { RunId } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';

export type RunNames = Readonly<{ workspace: string; workflow: string; steps: readonly string[] }>;

const maxRuns = 5_000;

/** The names behind a run's step numbers. They never change, so they are remembered. */
export class StepNames {
  readonly #store: Store;
  readonly #plans: PlanCache;
  readonly #names = new Map<RunId, RunNames>();

  constructor(store: Store, plans: PlanCache) {
    this.#store = store;
    this.#plans = plans;
  }

  /** null: there is no such run. */
  async of(run: RunId): Promise<RunNames | null> {
    const known = this.#names.get(run);
    if (known !== undefined) return known;
    const origin = await this.#store.runs.origin(run);
    if (origin === null) return null;
    const { plan } = await this.#plans.get(origin.plan);
    const names = { workspace: origin.workspace, workflow: origin.workflow, steps: plan.steps.map(({ name }) => name) };
    this.#names.set(run, names);
    if (this.#names.size > maxRuns) {
      const oldest = this.#names.keys().next();
      if (oldest.done !== true) this.#names.delete(oldest.value);
    }
    return names;
  }
}
