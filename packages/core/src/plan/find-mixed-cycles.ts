import type { Definitions } from '../definitions/definitions.ts';
import type { StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';
import { pointerTo } from '../values/json-pointer.ts';
import type { PlanProblem } from './compile-plan.ts';

/**
 * Steps that depend on one which they themselves lead to. A dependency waits until a step cannot run any more, so each
 * would wait for the other. Loops of transitions alone are fine; circles of dependencies alone never get here.
 */
export function findMixedCycles(definitions: Definitions, workflow: WorkflowDefinition): readonly PlanProblem[] {
  if (workflow.steps.every((step) => step.next.length === 0)) return [];
  const circles = circlesOf(workflow.steps);
  return workflow.steps.flatMap((step) => {
    const back = step.dependsOn.find((name) => circles.get(name) === circles.get(step.name));
    return back === undefined ? [] : [mixedCycle(definitions, workflow, step, back)];
  });
}

function mixedCycle(
  { places }: Definitions,
  workflow: WorkflowDefinition,
  { name, dependsOn }: StepDefinition,
  back: string,
): PlanProblem {
  const pointer = pointerTo(pointerTo(pointerTo('/workflows', workflow.name), 'steps'), name);
  const written = dependsOn.indexOf(back);
  return {
    code: 'dependency_cycle',
    message: `Step ${name} depends on ${back}, which it leads to by transitions: each would wait for the other.`,
    hint: `A dependency waits until a step cannot run any more. Let ${back} lead to ${name} by \`next\` instead.`,
    place: places[`${pointer}/dependsOn/${written}`] ?? places[`${pointer}/dependsOn`] ?? places[pointer] ?? null,
  };
}

/** Numbers the strongly connected parts of the graph of both kinds of edges (Kosaraju's algorithm, no recursion). */
function circlesOf(steps: readonly StepDefinition[]): ReadonlyMap<string, number> {
  const after = new Map<string, string[]>(steps.map(({ name }) => [name, []]));
  const before = new Map<string, string[]>(steps.map(({ name }) => [name, []]));
  const addEdge = (from: string, to: string): void => {
    if (!after.has(from) || !before.has(to)) return;
    after.get(from)?.push(to);
    before.get(to)?.push(from);
  };
  for (const { name, dependsOn, next } of steps) {
    for (const dependency of dependsOn) addEdge(dependency, name);
    for (const target of next.flatMap((transition) => transition.do)) addEdge(name, target);
  }
  const seen = new Set<string>();
  const ended = steps.flatMap(({ name }) => walk(name, after, seen));
  const circles = new Map<string, number>();
  const numbered = new Set<string>();
  for (const name of ended.reverse()) {
    const number = circles.size;
    for (const member of walk(name, before, numbered)) circles.set(member, number);
  }
  return circles;
}

/** What is reached from a step and was not seen before, each after all that is reached from it. */
function walk(start: string, edges: ReadonlyMap<string, readonly string[]>, seen: Set<string>): readonly string[] {
  if (seen.has(start)) return [];
  seen.add(start);
  const order: string[] = [];
  const path = [{ name: start, next: 0 }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const target = edges.get(top.name)?.[top.next];
    top.next += 1;
    if (target === undefined) {
      order.push(top.name);
      path.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      path.push({ name: target, next: 0 });
    }
  }
  return order;
}
