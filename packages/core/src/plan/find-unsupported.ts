import type { Definitions } from '../definitions/definitions.ts';
import type { StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';
import { escapePointer } from '../values/json-pointer.ts';
import type { PlanProblem } from './compile-plan.ts';
import { unsupportedInBody } from './unsupported.ts';

/** Everything in the steps of the workflow and the actions that they call which the engine does not execute yet. */
export function findUnsupported(definitions: Definitions, workflow: WorkflowDefinition): readonly PlanProblem[] {
  const root = `/workflows/${escapePointer(workflow.name)}`;
  return workflow.steps.flatMap((step) => inBody(definitions, step, `${root}/steps/${escapePointer(step.name)}`));
}

function inBody(definitions: Definitions, step: StepDefinition, pointer: string): readonly PlanProblem[] {
  const action = step.action === undefined ? undefined : definitions.actions[step.action];
  const body = step.inline ?? action?.body;
  if (body === undefined) return []; // It calls a workflow.
  const root = action === undefined ? pointer : `/actions/${escapePointer(action.name)}`;
  const where = action === undefined ? `step ${step.name}` : `action ${action.name}, called by step ${step.name}`;
  return unsupportedInBody
    .filter((row) => row.uses(body))
    .map((row) => notYet(definitions, row.what, where, root, row.key));
}

function notYet({ places }: Definitions, what: string, where: string, pointer: string, key: string): PlanProblem {
  return {
    code: 'not_supported_yet',
    message: `${what} (\`${key}\` in ${where}) is not executed by this version of Millrace yet.`,
    hint: 'Remove it, or wait for a later version: see the changelog.',
    place: places[`${pointer}/${key}`] ?? places[pointer] ?? null,
  };
}
