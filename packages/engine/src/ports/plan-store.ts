import type { Lane, Plan, PlanHash } from '@millrace/core';

/** Frozen plans by their content hash. Never changed, only added. */
export type PlanStore = Readonly<{
  /** Adds plans and makes their lanes known; those that exist already are left alone. */
  put(plans: readonly Readonly<{ hash: PlanHash; plan: Plan; lanes: readonly Lane[] }>[]): Promise<void>;
  get(hashes: readonly PlanHash[]): Promise<ReadonlyMap<PlanHash, Plan>>;
  /** Every lane that any plan uses. */
  lanes(): Promise<readonly Lane[]>;
}>;
