import type { StepDefinition, Transition, WorkflowDefinition } from '@millrace/core';
import type { Random } from './random.ts';

const conditions = ['succeeded()', 'failed()', 'vars.v < 4', 'vars.v >= 4', 'result().n > 2', 'vars.v.x'];
const publications: readonly Transition['publish'][] = [[], [], [{ v: '{{ vars.v + 1 }}' }]];

/**
 * Leads some steps on by transitions: loops, branches, joins. Those that others lead to lose their dependencies, since a step
 * is entered in one way; the first is never led to, so that something starts.
 */
export function withTransitions(random: Random, workflow: WorkflowDefinition): WorkflowDefinition {
  const names = workflow.steps.map(({ name }) => name);
  const nexts = names.map(() => (random.chance(450) ? randomNext(random, names) : []));
  const inbound = new Map<string, number>();
  for (const next of nexts) {
    for (const name of new Set(next.flatMap((transition) => transition.do)))
      inbound.set(name, (inbound.get(name) ?? 0) + 1);
  }
  const steps = workflow.steps.map((step, at): StepDefinition => {
    const edges = inbound.get(step.name) ?? 0;
    const led: StepDefinition = { ...step, next: nexts[at] ?? [], maxIterations: random.int(1, 4) };
    if (edges === 0) return led;
    const { when: _, ...entered } = led;
    if (random.chance(500)) return { ...entered, dependsOn: [] };
    return { ...entered, dependsOn: [], join: random.chance(500) ? 'all' : random.int(1, edges) };
  });
  return { ...workflow, steps };
}

function randomNext(random: Random, names: readonly string[]): readonly Transition[] {
  return Array.from({ length: random.int(1, 2) }, () => {
    const targets = Array.from({ length: random.int(1, 2) }, () => names[random.int(1, names.length - 1)] ?? 'noop');
    const ends = random.chance(50) ? [random.pick(['noop', 'fail', 'succeed'])] : [];
    return {
      ...(random.chance(650) ? { when: random.pick(conditions) } : {}),
      publish: random.pick(publications),
      do: [...new Set([...targets, ...ends])],
    };
  });
}
