import {
  canonicalJson,
  hookNames,
  type Json,
  type Plan,
  type PlanStep,
  type PreparedPlan,
  preparePlan,
} from '@millrace/core';
import { isAnswer } from './mock-book.ts';
import type { Mocks } from './rehearsal-types.ts';

/**
 * The engine itself carries out some steps (`wait`, `workflow`, `approval`). One of these that has a mock is handed to the
 * mocked worker instead: its action becomes one that a worker executes. Answers to an approval do not take its place. Gives the changed plans by the names of their
 * workflows; a plan without such a step is not among them.
 */
export function mockEngineSteps(
  workflow: string,
  mocks: Mocks,
  plans: ReadonlyMap<string, PreparedPlan>,
): ReadonlyMap<string, PreparedPlan> {
  const found = new Map<string, Set<string>>();
  for (const [path, results] of mocks) {
    const target = findStep(workflow, path, plans);
    if (target === null || target.step.lane !== null || results.every(isAnswer)) continue;
    found.set(target.workflow, (found.get(target.workflow) ?? new Set()).add(target.step.name));
  }
  return new Map(
    [...found].flatMap(([name, steps]) => {
      const plan = plans.get(name);
      return plan === undefined ? [] : [[name, preparePlan(withMocked(plan.plan, steps))] as const];
    }),
  );
}

function findStep(
  workflow: string,
  path: string,
  plans: ReadonlyMap<string, PreparedPlan>,
): Readonly<{ workflow: string; step: PlanStep }> | null {
  const names = path.split('.').map((part) => part.replace(/\[\d+\]$/, ''));
  let current = workflow;
  for (const [index, name] of names.entries()) {
    const step = plans.get(current)?.plan.steps.find((one) => one.name === name);
    if (step === undefined) {
      // What a hook calls stands behind it; a run that no step waits for is named by its workflow.
      if ((hookNames as readonly string[]).includes(name)) {
        const called = names[index + 1] ?? '';
        if (!plans.has(called) || index + 2 >= names.length) return null;
        return findStep(called, names.slice(index + 2).join('.'), plans);
      }
      if (index > 0 || !plans.has(name)) return null;
      current = name;
      continue;
    }
    if (index === names.length - 1) return { workflow: current, step };
    if (step.action.body.type !== 'workflow') return null;
    current = step.action.body.workflow;
  }
  return null;
}

function withMocked(plan: Plan, steps: ReadonlySet<string>): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) => {
      if (!steps.has(step.name)) return step;
      // Steps that called different things stay different for the cache.
      const called = `mock of ${canonicalJson(step.action.body as unknown as Json)}`;
      const body = { type: 'function', function: called } as const;
      const lane = { queue: plan.queue, capability: 'function', labels: [] } as const;
      return { ...step, lane, action: { ...step.action, type: 'function', body, reads: [] } };
    }),
  };
}
