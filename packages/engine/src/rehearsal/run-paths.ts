import type { RunId, RunOrigin } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';

/** The path of a step run among all runs of a rehearsal: through the steps that called the runs. */
export class RunPaths {
  readonly #runs: Pick<Store['runs'], 'origin'>;
  readonly #plans: Pick<PlanCache, 'get'>;
  readonly #prefixes = new Map<RunId, string>();
  readonly #top: RunId;

  constructor(top: RunId, runs: Pick<Store['runs'], 'origin'>, plans: Pick<PlanCache, 'get'>) {
    this.#top = top;
    this.#runs = runs;
    this.#plans = plans;
  }

  async of(run: RunId, step: string, item: number): Promise<string> {
    return `${await this.#prefix(run)}${step}${item >= 0 ? `[${item}]` : ''}`;
  }

  async #prefix(run: RunId): Promise<string> {
    const known = this.#prefixes.get(run);
    if (known !== undefined) return known;
    const prefix = run === this.#top ? '' : await this.#read(run);
    this.#prefixes.set(run, prefix);
    return prefix;
  }

  /** Nobody waits for a run without a parent: it is named by its workflow, or by the hook that called it. */
  async #read(run: RunId): Promise<string> {
    const origin = await this.#runs.origin(run);
    if (origin === null) throw new Error(`Run ${run} is not in the store.`);
    const { parent, workflow, trigger } = origin;
    if (trigger.type === 'hook') {
      const hook = `${await this.#prefix(String(trigger.run) as RunId)}${String(trigger.hook)}.`;
      return trigger.calls === 'action' ? hook : `${hook}${workflow}.`;
    }
    return parent === null ? `${workflow}.` : `${await this.#callOf(parent)}.`;
  }

  async #callOf(parent: NonNullable<RunOrigin['parent']>): Promise<string> {
    const origin = await this.#runs.origin(parent.run);
    if (origin === null) throw new Error(`Run ${parent.run} is not in the store.`);
    const { plan } = await this.#plans.get(origin.plan);
    return this.of(parent.run, plan.steps[parent.step]?.name ?? String(parent.step), parent.item);
  }
}
