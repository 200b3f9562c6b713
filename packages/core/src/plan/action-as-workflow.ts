import type { ActionDefinition } from '../definitions/action.ts';
import type { Parameters } from '../definitions/parameters.ts';
import type { WorkflowDefinition } from '../definitions/workflow.ts';

/** An action as a run of its own executes it: a workflow of one step, which gets the run's input and gives its output. */
export function actionAsWorkflow(action: ActionDefinition): WorkflowDefinition {
  const { name, description, tags, input } = action;
  // Of `pack.action` the last part: names of steps have no dots.
  const step = name.slice(name.lastIndexOf('.') + 1);
  return {
    name,
    ...(description === undefined ? {} : { description }),
    tags,
    input: takesAnything(action) ? anything : input,
    vars: {},
    steps: [
      {
        name: step,
        action: name,
        input: {},
        takesRunInput: true,
        dependsOn: [],
        next: [],
        onItemFailure: 'finish',
        continueOnFailure: false,
        labels: [],
        tags: [],
      },
    ],
    output: `{{ steps.${step}.output }}`,
    failFast: false,
    mode: 'distributed',
    hooks: { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] },
  };
}

const anything: Parameters = { kind: 'schema', schema: { type: 'object' } };

/** An action that says nothing about its input takes what it is given. */
export const takesAnything = ({ input }: ActionDefinition): boolean =>
  input.kind === 'flat' && Object.keys(input.fields).length === 0;
