import type { PlanStep } from '../../plan/plan.ts';
import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import type { Json } from '../../values/json.ts';

/** The steps of `plan` that `before` did not have, or described otherwise: by their numbers in `plan`. */
export function changedSteps(plan: PreparedPlan, before: PreparedPlan): ReadonlySet<number> {
  const changed = new Set<number>();
  if (plan.hash === before.hash) return changed;
  const known = new Map(before.plan.steps.map((step) => [step.name, contentOf(before, step)]));
  for (const step of plan.plan.steps) if (known.get(step.name) !== contentOf(plan, step)) changed.add(step.index);
  return changed;
}

/** What a step is, wherever it stands in its plan. What depends on it, and where it is written, says nothing of it. */
function contentOf({ plan }: PreparedPlan, step: PlanStep): string {
  const { index: _index, dependants: _dependants, dependsOn, ...content } = step;
  const needs = dependsOn.map((number) => plan.steps[number]?.name ?? '').sort();
  return canonicalJson({ ...content, needs } as unknown as Json);
}
