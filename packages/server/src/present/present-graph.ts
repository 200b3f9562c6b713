import type { PlanGraph } from '@millrace/api';
import type { Plan, PlanStep } from '@millrace/core';

/** A plan as a graph: its steps in the order of the file, and an edge for each dependency and each transition. */
export function presentGraph(plan: Plan): PlanGraph {
  const name = (index: number): string => plan.steps[index]?.name ?? String(index);
  return {
    steps: plan.steps.map((step) => presentPlanStep(step, name)),
    edges: plan.steps.flatMap((step) => [
      ...step.dependsOn.map((from) => ({ from: name(from), to: step.name, kind: 'dependency' as const, when: null })),
      ...step.next.flatMap((transition) =>
        transition.do.map((to) => ({
          from: step.name,
          to,
          kind: 'transition' as const,
          when: transition.when ?? null,
        })),
      ),
    ]),
  };
}

function presentPlanStep(step: PlanStep, name: (index: number) => string): PlanGraph['steps'][number] {
  const { action } = step;
  return {
    name: step.name,
    description: step.description ?? null,
    entry: step.entry,
    depends_on: step.dependsOn.map(name),
    join: step.join,
    when: step.when,
    for_each: Array.isArray(step.forEach) ? [...step.forEach] : (step.forEach as string | number | null),
    continue_on_failure: step.continueOnFailure,
    action: {
      name: action.name,
      type: action.type,
      inline: action.inline,
      workflow: action.body.type === 'workflow' ? action.body.workflow : null,
    },
    retry_attempts: step.retry?.attempts ?? 1,
    timeout_ms: step.timeoutMs,
  };
}
