import { canonicalJson } from '../values/canonical-json.ts';
import { type PlanHash, planHash } from '../values/ids.ts';
import type { Json } from '../values/json.ts';
import { sha256 } from '../values/sha256.ts';
import type { Plan } from './plan.ts';

/** The plan's identity: the SHA-256 of its canonical JSON. */
export function hashPlan(plan: Plan): PlanHash {
  return planHash(sha256(canonicalJson(plan as unknown as Json)));
}
