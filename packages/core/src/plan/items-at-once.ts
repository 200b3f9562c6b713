import type { PlanStep } from './plan.ts';

/** How many items of a for-each are under way at once unless the step says so, where each of them wants a worker at once. */
const defaultItemsAtOnce = 2_000;

/**
 * How many items of a for-each may be under way at once; null: all. Those beyond begin as others end, in the same commit.
 *
 * Items that want a worker as they begin are bounded also when the step says nothing: all of them would be a queue that
 * everybody else stands behind, and each one that no worker has room for is written twice. Items that wait by themselves (for a
 * time, a person, an event, a child run, a limit that others share) hold no worker and stand in nobody's way. Were they
 * bounded, 5,000 items that wait for an hour each would take three.
 */
export function itemsAtOnce(step: PlanStep): number | null {
  if (step.itemConcurrency !== null) return step.itemConcurrency;
  const { lane, concurrency, rateLimit, queueLimit } = step;
  const isLimited = concurrency !== null || rateLimit !== null || queueLimit !== undefined;
  return lane === null || isLimited ? null : defaultItemsAtOnce;
}
