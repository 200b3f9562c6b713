// Builds plans for tests from short descriptions, by the way that real ones take: definitions, then `compilePlan`.
import type { ActionBody, ActionDefinition } from '../definitions/action.ts';
import type { Definitions } from '../definitions/definitions.ts';
import type { Parameter } from '../definitions/parameters.ts';
import type { RetryPolicy } from '../definitions/retry.ts';
import type { Hooks, StepDefinition, Transition, WorkflowDefinition } from '../definitions/workflow.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import { type PreparedPlan, preparePlan } from '../plan/prepared-plan.ts';
import type { Place } from '../values/place.ts';

export type StepText = Partial<Omit<StepDefinition, 'retry' | 'dependsOn'>> &
  Readonly<{ needs?: string; retry?: Partial<RetryPolicy> }>;
export type WorkflowText = Partial<Omit<WorkflowDefinition, 'steps' | 'hooks'>> &
  Readonly<{
    hooks?: Partial<Hooks>;
    workspaceHooks?: Partial<Hooks>;
    steps: Readonly<Record<string, StepText>>;
    actions?: Readonly<Record<string, Partial<ActionDefinition>>>;
    others?: Readonly<Record<string, WorkflowText>>;
    places?: Readonly<Record<string, Place>>;
    queues?: NonNullable<Definitions['queues']>;
  }>;

const shell: ActionBody = { type: 'shell', cmd: 'true' };
const hooks = { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] };

/** Steps are inline shell steps unless they say something else. `needs: 'a b'` are the dependencies. */
export function definitionsOf(name: string, text: WorkflowText): Definitions {
  const { others = {}, actions = {}, places = {}, workspaceHooks = {}, queues } = text;
  return {
    actions: Object.fromEntries(Object.entries(actions).map(([key, action]) => [key, actionOf(key, action)])),
    workflows: Object.fromEntries(
      Object.entries({ ...others, [name]: text }).map(([key, workflow]) => [key, workflowOf(key, workflow)]),
    ),
    triggers: {},
    hooks: { ...hooks, ...workspaceHooks },
    places,
    ...(queues === undefined ? {} : { queues }),
  };
}

export function planOf(text: WorkflowText): PreparedPlan {
  const result = compilePlan(definitionsOf('main', text), 'test', 'main');
  if (result.plan === null || result.problems.length > 0) {
    throw new Error(result.problems.map((problem) => problem.message).join('\n'));
  }
  return preparePlan(result.plan);
}

export const fields = (map: Readonly<Record<string, Parameter>>) => ({ kind: 'flat', fields: map }) as const;

function actionOf(name: string, action: Partial<ActionDefinition>): ActionDefinition {
  return { name, input: fields({}), labels: [], tags: [], body: shell, ...action };
}

function workflowOf(name: string, text: WorkflowText): WorkflowDefinition {
  const {
    steps,
    actions: _actions,
    others: _others,
    places: _places,
    workspaceHooks: _workspaceHooks,
    queues: _queues,
    hooks: own = {},
    ...rest
  } = text;
  return {
    name,
    tags: [],
    input: fields({}),
    vars: {},
    failFast: false,
    mode: 'distributed',
    hooks: { ...hooks, ...own },
    ...rest,
    steps: Object.entries(steps).map(([step, own]) => stepOf(step, own)),
  };
}

function stepOf(name: string, { needs = '', retry, ...rest }: StepText): StepDefinition {
  return {
    name,
    input: {},
    next: [],
    onItemFailure: 'finish',
    continueOnFailure: false,
    labels: [],
    tags: [],
    ...(rest.action === undefined ? { inline: shell } : {}),
    ...rest,
    dependsOn: needs.split(' ').filter((word) => word !== ''),
    ...(retry === undefined ? {} : { retry: { ...defaultRetry, ...retry } }),
  };
}

const defaultRetry: RetryPolicy = {
  attempts: 3,
  delayMs: 0,
  backoff: 'fixed',
  factor: 2,
  maxDelayMs: 3_600_000,
  jitter: 0,
  countWorkerLoss: false,
};

/** A transition to steps: `to('b c', { when: 'failed()' })`. */
export const to = (targets: string, more: Partial<Transition> = {}): Transition => ({
  publish: [],
  do: targets.split(' ').filter((word) => word !== ''),
  ...more,
});
