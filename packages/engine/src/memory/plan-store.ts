import type { Plan, PlanHash } from '@millrace/core';
import type { PlanStore } from '../ports/index.ts';
import { laneKeyOf, type MemoryState } from './memory-state.ts';

export function createPlanStore(state: MemoryState): PlanStore {
  return {
    async put(plans) {
      for (const { hash, plan, lanes } of plans) {
        if (!state.plans.has(hash)) state.plans.set(hash, plan);
        for (const lane of lanes) if (!state.planLanes.has(laneKeyOf(lane))) state.planLanes.set(laneKeyOf(lane), lane);
      }
    },
    async get(hashes) {
      const found = new Map<PlanHash, Plan>();
      for (const hash of hashes) {
        const plan = state.plans.get(hash);
        if (plan !== undefined) found.set(hash, plan);
      }
      return found;
    },
    async lanes() {
      return [...state.planLanes.values()];
    },
  };
}
