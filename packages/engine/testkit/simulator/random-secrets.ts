import type { StepDefinition, WorkflowDefinition } from '@millrace/core';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

/** Steps that read secrets, drawn beside everything else, so that a seed without them is what it was. */
export function withSecrets(seed: number, { secrets }: Scenario, workflow: WorkflowDefinition): WorkflowDefinition {
  const random = new Random(seed, `secrets of ${workflow.name}`);
  if (secrets === 0) return workflow;
  return { ...workflow, steps: workflow.steps.map((step) => (random.chance(secrets) ? reading(random, step) : step)) };
}

function reading(random: Random, step: StepDefinition): StepDefinition {
  const { inline } = step;
  if (inline?.type !== 'shell' && inline?.type !== 'function') return step;
  const input = { ...step.input, secret: '{{ secrets.a }} of {{ input.n }}' };
  if (inline.type === 'function' || random.chance(500)) return { ...step, input };
  return { ...step, inline: { ...inline, env: { TOKEN: '{{ secrets.b }}' } } };
}
