import { MillraceError, type PlanHash, type PreparedPlan, preparePlan } from '@millrace/core';
import type { PlanStore } from '../ports/plan-store.ts';

const maxPlans = 2_000;

/** Prepared plans by their hash. Plans never change, so a cached one is always right; the longest unused one goes first. */
export class PlanCache {
  readonly #store: PlanStore;
  readonly #plans = new Map<PlanHash, PreparedPlan>();

  constructor(store: PlanStore) {
    this.#store = store;
  }

  peek(hash: PlanHash): PreparedPlan | undefined {
    return this.#plans.get(hash);
  }

  add(plan: PreparedPlan): void {
    this.#plans.delete(plan.hash);
    this.#plans.set(plan.hash, plan);
    if (this.#plans.size > maxPlans) {
      const oldest = this.#plans.keys().next();
      if (oldest.done !== true) this.#plans.delete(oldest.value);
    }
  }

  async get(hash: PlanHash): Promise<PreparedPlan> {
    const plan = (await this.getMany([hash])).get(hash);
    if (plan === undefined) throw missingPlan(hash);
    return plan;
  }

  /** All of them, in one round trip for those that are not cached. A hash without a plan is left out. */
  async getMany(hashes: readonly PlanHash[]): Promise<ReadonlyMap<PlanHash, PreparedPlan>> {
    const found = new Map<PlanHash, PreparedPlan>();
    const missing = new Set<PlanHash>();
    for (const hash of hashes) {
      const plan = this.#plans.get(hash);
      if (plan === undefined) missing.add(hash);
      else found.set(hash, plan);
    }
    if (missing.size === 0) return found;
    for (const [hash, plan] of await this.#store.get([...missing])) {
      const prepared = preparePlan(plan);
      this.add(prepared);
      found.set(hash, prepared);
    }
    return found;
  }
}

const missingPlan = (hash: PlanHash): MillraceError =>
  new MillraceError('internal', `The plan ${hash} is not in the store.`, {
    hint: 'Plans are stored before runs that use them and are never deleted while a run needs them; check whether the database was restored from a backup in parts.',
  });
