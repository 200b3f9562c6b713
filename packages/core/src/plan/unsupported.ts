// What the engine does not execute yet: one row each, told when a plan is compiled, so that nothing is silently
// ignored. When a feature is built, its row goes.
import type { ActionBody } from '../definitions/action.ts';
import type { StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';

type Row<Subject> = Readonly<{ key: string; what: string; uses: (subject: Subject) => boolean }>;

export const unsupportedInWorkflow: readonly Row<WorkflowDefinition>[] = [];

export const unsupportedInStep: readonly Row<StepDefinition>[] = [
  { key: 'cache', what: '`cache`', uses: (step) => step.cache !== undefined },
];

export const unsupportedInBody: readonly Row<ActionBody>[] = [
  ...(['docker', 'pod', 'cloud_run', 'fargate', 'container_app'] as const).map((type) => ({
    key: 'type',
    what: `The action type \`${type}\``,
    uses: (body: ActionBody) => body.type === type,
  })),
  {
    key: 'image',
    what: 'Running in a container (`image`)',
    uses: (body) => (body.type === 'shell' || body.type === 'script') && body.image !== undefined,
  },
];
