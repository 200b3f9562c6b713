// What the engine does not execute yet: one row each, told when a plan is compiled, so that nothing is silently
// ignored. When a feature is built, its row goes.
import type { ActionBody } from '../definitions/action.ts';
import type { Definitions } from '../definitions/definitions.ts';
import type { Hooks, StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';

type Row<Subject> = Readonly<{ key: string; what: string; uses: (subject: Subject) => boolean }>;

type WithHooks = Readonly<{ hooks: Hooks }>;

const hookRows = <Subject extends WithHooks>(what: string): readonly Row<Subject>[] => [
  { key: 'on_success', what: `${what} \`on_success\``, uses: ({ hooks }) => hooks.onSuccess.length > 0 },
  { key: 'on_failure', what: `${what} \`on_failure\``, uses: ({ hooks }) => hooks.onFailure.length > 0 },
  { key: 'on_cancel', what: `${what} \`on_cancel\``, uses: ({ hooks }) => hooks.onCancel.length > 0 },
  { key: 'on_suspend', what: `${what} \`on_suspend\``, uses: ({ hooks }) => hooks.onSuspend.length > 0 },
];

export const unsupportedInWorkspace = hookRows<Definitions>('The hook of the whole workspace');

export const unsupportedInWorkflow: readonly Row<WorkflowDefinition>[] = [
  { key: 'mode', what: '`mode: local`', uses: (workflow) => workflow.mode === 'local' },
  ...hookRows<WorkflowDefinition>('The hook'),
];

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
