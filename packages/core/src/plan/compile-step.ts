import type { ActionBody, ActionDefinition } from '../definitions/action.ts';
import type { Definitions, QueueDefinition } from '../definitions/definitions.ts';
import type { StepDefinition, WorkflowDefinition } from '../definitions/workflow.ts';
import { takesAnything } from './action-as-workflow.ts';
import { bodyReads } from './body-reads.ts';
import { allOf } from './lane-capability.ts';
import type { Capability, Lane, PlanAction, PlanStep } from './plan.ts';

type Edges = Pick<PlanStep, 'index' | 'entry' | 'dependsOn' | 'dependants'>;

/** A step with its action resolved. What the step says wins over its action, and that over the workflow. */
export function compileStep(
  definitions: Definitions,
  workspace: string,
  workflow: WorkflowDefinition,
  step: StepDefinition,
  edges: Edges,
): PlanStep {
  const named = step.action === undefined ? undefined : definitions.actions[step.action];
  const action = resolveAction(definitions, step, named);
  const lane = laneOf(workspace, workflow, step, named, action.body);
  // A local run goes to one worker as a whole: its steps wait for no limits and need no folder beside the run's.
  const isLocal = workflow.mode === 'local';
  const queueLimit = lane === null || isLocal ? undefined : queueNamed(definitions, lane.queue)?.limit;
  return {
    ...edges,
    name: step.name,
    ...(step.description === undefined ? {} : { description: step.description }),
    next: step.next,
    join: step.join ?? null,
    maxIterations: step.maxIterations ?? 1_000,
    when: step.when ?? null,
    action,
    input: step.input,
    ...(step.takesRunInput === true ? { takesRunInput: true as const } : {}),
    env: step.env ?? {},
    forEach: step.forEach ?? null,
    itemConcurrency: step.itemConcurrency ?? null,
    batchSize: step.batchSize ?? null,
    onItemFailure: step.onItemFailure,
    concurrency: isLocal ? null : (step.concurrency ?? null),
    rateLimit: isLocal ? null : (step.rateLimit ?? null),
    ...(queueLimit === undefined ? {} : { queueLimit }),
    retry: step.retry ?? named?.retry ?? null,
    timeoutMs: step.timeoutMs ?? named?.timeoutMs ?? null,
    stepTimeoutMs: step.stepTimeoutMs ?? null,
    queueTimeoutMs: step.queueTimeoutMs ?? null,
    delay: step.delay ?? null,
    continueOnFailure: step.continueOnFailure,
    cache: isLocal ? null : (step.cache ?? null),
    priority: step.priority ?? workflow.priority ?? 0,
    ...(step.sharedFolder === true && !isLocal ? { sharedFolder: true as const } : {}),
    ...(step.api === true ? { api: true as const } : {}),
    lane,
  };
}

function queueNamed({ queues = {} }: Definitions, name: string): QueueDefinition | undefined {
  return Object.hasOwn(queues, name) ? queues[name] : undefined;
}

function resolveAction(
  definitions: Definitions,
  step: StepDefinition,
  named: ActionDefinition | undefined,
): PlanAction {
  if (step.inline !== undefined) {
    const { inline: body } = step;
    const reads = bodyReads(body, true);
    return { name: step.name, type: body.type, inline: true, input: null, output: null, body, reads };
  }
  if (named !== undefined) {
    const { name, body } = named;
    const input = takesAnything(named) ? null : named.input;
    // A function reads no templates; it gets the configuration as a whole.
    const reads = named.config !== undefined && body.type === 'function' ? [['config']] : bodyReads(body, false);
    const config = named.config === undefined ? {} : { config: named.config };
    return { name, type: body.type, inline: false, input, output: named.output ?? null, body, ...config, reads };
  }
  const name = step.action ?? '';
  const input = definitions.workflows[name]?.input ?? null;
  const body: ActionBody = { type: 'workflow', workflow: name, wait: true };
  return { name, type: body.type, inline: false, input, output: null, body, reads: [] };
}

function laneOf(
  workspace: string,
  workflow: WorkflowDefinition,
  step: StepDefinition,
  action: ActionDefinition | undefined,
  body: ActionBody,
): Lane | null {
  const capability = capabilityOf(body);
  if (capability === null) return null;
  const labels = [...new Set([...(action?.labels ?? []), ...step.labels])].sort();
  return {
    workspace,
    queue: step.queue ?? action?.queue ?? workflow.queue ?? 'default',
    capability:
      step.sharedFolder === true && workflow.mode !== 'local' ? allOf([capability, 'shared_folder']) : capability,
    labels,
  };
}

function capabilityOf(body: ActionBody): Capability | null {
  switch (body.type) {
    case 'shell':
    case 'script':
      return body.image === undefined ? body.type : 'docker';
    case 'pod':
      return 'kubernetes';
    case 'docker':
    case 'http':
    case 'function':
    case 'cloud_run':
    case 'fargate':
    case 'container_app':
      return body.type;
    case 'workflow':
    case 'approval':
    case 'wait':
    case 'emit':
      return null;
  }
}
