import type { Instant } from '../run/records.ts';
import type { Demand, Holder, SlotRef } from './demand.ts';

/** A request that waits, as a store hands it to the decisions below. */
export type WaitingRequest = SlotRef &
  Readonly<{ priority: number; requestedAt: Instant; demands: readonly Demand[]; above: readonly Holder[] }>;

/**
 * The order of every line. First come those whose run holds something already: others may wait for that, so it must not
 * wait behind them. Then the higher priority, then the older request. Ids make it total.
 */
export function compareRequests(left: WaitingRequest, right: WaitingRequest): number {
  return (
    Number(right.above.length > 0) - Number(left.above.length > 0) ||
    right.priority - left.priority ||
    compareAges(left, right)
  );
}

/** The older first. */
export function compareAges(left: WaitingRequest, right: WaitingRequest): number {
  return (
    left.requestedAt - right.requestedAt ||
    left.run.length - right.run.length ||
    (left.run < right.run ? -1 : left.run > right.run ? 1 : 0) ||
    left.step - right.step ||
    left.iteration - right.iteration ||
    left.item - right.item
  );
}
