import { type Plan, planHash } from '@millrace/core';
import type { PlanStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import type { LaneNumberBook } from '../names/lane-numbers.ts';
import { decodeLane, type LaneRow } from '../runs/run-rows.ts';

const putPlans = readStatement(import.meta.url, 'put-plans');
const getPlans = readStatement(import.meta.url, 'get-plans');
const listLanes = readStatement(import.meta.url, 'list-lanes');

export function createPlanStore(database: Database, lanes: LaneNumberBook): PlanStore {
  return {
    async put(plans) {
      if (plans.length === 0) return;
      // Lanes first: whoever sees the plan finds its lanes.
      await lanes.add(
        plans.flatMap((plan) => plan.lanes),
        true,
      );
      await database.query(putPlans, [plans.map(({ hash }) => hash), plans.map(({ plan }) => JSON.stringify(plan))]);
    },
    async get(hashes) {
      const rows = await database.query<{ hash: string; document: string }>(getPlans, [[...hashes]]);
      return new Map(rows.map((row) => [planHash(row.hash), JSON.parse(row.document) as Plan]));
    },
    async lanes() {
      return (await database.query<LaneRow>(listLanes, [])).map(decodeLane);
    },
  };
}
