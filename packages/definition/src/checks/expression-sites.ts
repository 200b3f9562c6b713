import { type ActionType, findSealed, hookFields, scheduleNames, webhookNames } from '@millrace/core';
import { mapAt, nodeAt, type ScalarNode, type SourceNode, textsIn } from '../yaml/source-node.ts';
import {
  actionScope,
  connectionScope,
  type ExpressionScope,
  type Flow,
  globalScope,
  inlineInput,
  itemNames,
  secretNames,
  stepScope,
  triggerScope,
  workflowScope,
} from './expression-scope.ts';
import {
  inputOfAction,
  isForWorkers,
  type Loaded,
  type LoadedAction,
  type LoadedStep,
  type LoadedTrigger,
  namesOfParameters,
  takesSecrets,
} from './loaded.ts';

/**
 * A text that holds an expression (`condition`) or may hold templates. `pointer` leads to it in `Definitions`, by the
 * names of the vocabulary (`/workflows/release/steps/build/forEach`), with steps by name.
 */
export type ExpressionSite = Readonly<{
  node: ScalarNode;
  form: 'condition' | 'template';
  pointer: string;
  scope: ExpressionScope;
}>;

/** Every place of the workspace where an expression can stand. */
export function* expressionSites(loaded: Loaded, flows: ReadonlyMap<string, Flow>): Generator<ExpressionSite> {
  for (const action of loaded.actions.values()) yield* sitesOfAction(action);
  for (const flow of flows.values()) yield* sitesOfWorkflow(flow, loaded);
  for (const trigger of loaded.triggers.values()) yield* sitesOfTrigger(trigger);
  for (const { name, node } of loaded.connections.values()) {
    const scope = connectionScope(`\`values\` of connection \`${name}\``);
    yield* templates(nodeAt(node, ['values']), pointerTo('connections', name, 'values'), scope);
  }
  for (const { pack, node } of loaded.packConfigs) {
    const scope = connectionScope(`\`config\` of pack \`${pack}\``);
    // Any other text is taken as it is written, braces and all.
    for (const site of templates(node, pointerTo('packs', pack, 'config'), scope)) {
      if (findSealed(String(site.node.value)).length > 0) yield site;
    }
  }
  for (const { event, index, node } of loaded.hooks) {
    const scope = globalScope(`\`${event}\` of the workspace`, ['input', 'vars', 'steps', 'hook']);
    yield* templates(nodeAt(node, ['input']), pointerTo('hooks', hookFields[event], index, 'input'), scope);
  }
}

function pointerTo(...keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function* templates(node: SourceNode | undefined, pointer: string, scope: ExpressionScope): Generator<ExpressionSite> {
  if (node === undefined) return;
  for (const [text, path] of textsIn(node)) {
    yield { node: text, form: 'template', pointer: `${pointer}${pointerTo(...path)}`, scope };
  }
}

function* condition(node: SourceNode | undefined, pointer: string, scope: ExpressionScope): Generator<ExpressionSite> {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return;
  yield { node, form: 'condition', pointer, scope };
}

const processKeys = ['env', 'workdir', 'image'] as const;
const cloudKeys = ['image', 'job', 'task_definition', 'command', 'env', 'region'] as const;

/** The keys of each body that are rendered. `code` is not among them: a program is never a template. */
const renderedKeys: Readonly<Record<ActionType, readonly string[]>> = {
  shell: ['cmd', 'script', 'args', ...processKeys],
  script: ['entrypoint', 'args', ...processKeys],
  docker: ['command', 'entrypoint', ...processKeys],
  pod: ['image', 'command', 'env', 'manifest'],
  http: ['url', 'headers', 'query', 'body'],
  workflow: [],
  approval: ['prompt', 'approvers'],
  wait: ['for'],
  emit: ['event', 'payload'],
  cloud_run: cloudKeys,
  fargate: cloudKeys,
  container_app: cloudKeys,
  function: [],
};

type ScopeMaker = (key: string, more?: readonly string[]) => ExpressionScope;

function* sitesOfBody(
  node: SourceNode,
  pointer: string,
  scopeOf: ScopeMaker,
  inline: boolean,
): Generator<ExpressionSite> {
  const type = nodeAt(node, ['type']);
  const keys = type?.kind === 'scalar' && Object.hasOwn(renderedKeys, String(type.value)) ? String(type.value) : null;
  if (keys === null) return;
  const more = isForWorkers(keys as ActionType) ? secretNames : [];
  for (const key of renderedKeys[keys as ActionType]) {
    yield* templates(nodeAt(node, [key]), `${pointer}/${key}`, scopeOf(key, more));
  }
  if (keys === 'approval') {
    const others = nodeAt(node, ['escalate', 'approvers']);
    yield* templates(others, `${pointer}/escalate/approvers`, scopeOf('escalate'));
  }
  if (keys !== 'wait') return;
  const until = nodeAt(node, ['until']);
  if (until?.kind === 'scalar' && /^\s*\d{4}-\d{2}-\d{2}/.test(String(until.value))) {
    yield* templates(until, `${pointer}/until`, scopeOf('until'));
  } else yield* condition(until, `${pointer}/until`, scopeOf('until'));
  const event = nodeAt(node, ['event']);
  yield* templates(
    mapAt(node, 'event') === undefined ? event : nodeAt(node, ['event', 'type']),
    `${pointer}/event`,
    scopeOf('event'),
  );
  const when = nodeAt(node, ['event', 'when']) ?? (inline ? undefined : nodeAt(node, ['when']));
  yield* condition(when, `${pointer}/when`, scopeOf('when', ['event']));
}

function* sitesOfAction({ name, node, definition }: LoadedAction): Generator<ExpressionSite> {
  if (definition === null) return;
  const input = namesOfParameters(inputOfAction(definition));
  const scopeOf: ScopeMaker = (key, more = []) =>
    actionScope(`\`${key}\` of action \`${name}\``, input, {
      more,
      shell: definition.body.type === 'shell' && key === 'cmd',
    });
  yield* sitesOfBody(node, pointerTo('actions', name, 'body'), scopeOf, false);
  const retry = nodeAt(node, ['retry', 'when']);
  yield* condition(retry, pointerTo('actions', name, 'retry', 'when'), scopeOf('retry.when', ['error', 'attempt']));
}

function* sitesOfWorkflow(flow: Flow, loaded: Loaded): Generator<ExpressionSite> {
  const { workflow } = flow;
  const { name, node } = workflow;
  const own = (key: string) => `\`${key}\` of workflow \`${name}\``;
  const before = { visible: () => false };
  const keyScope = (key: string) => workflowScope(own(key), flow, before);
  yield* limitKeys(node, pointerTo('workflows', name), keyScope);
  for (const step of workflow.steps.values()) yield* sitesOfStep(step, flow, loaded);
  yield* templates(
    nodeAt(node, ['output']),
    pointerTo('workflows', name, 'output'),
    workflowScope(own('output'), flow),
  );
  for (const [event, field] of Object.entries(hookFields)) {
    const calls = nodeAt(node, [event]);
    for (const [index, call] of (calls?.kind === 'list' ? calls.items : []).entries()) {
      const pointer = pointerTo('workflows', name, 'hooks', field, index, 'input');
      yield* templates(nodeAt(call, ['input']), pointer, workflowScope(own(event), flow, { more: ['hook'] }));
    }
  }
}

/** The keys of what runs and steps share: one `concurrency` or a list of them, and the rate. */
function* limitKeys(
  node: SourceNode,
  pointer: string,
  scopeOf: (key: string) => ExpressionScope,
): Generator<ExpressionSite> {
  const concurrency = nodeAt(node, ['concurrency']);
  const shared = concurrency?.kind === 'list' ? concurrency.items : concurrency === undefined ? [] : [concurrency];
  for (const [index, one] of shared.entries()) {
    yield* templates(
      nodeAt(one, ['key']),
      `${pointer}${pointerTo('concurrency', index, 'key')}`,
      scopeOf('concurrency.key'),
    );
  }
  yield* templates(
    nodeAt(node, ['rate_limit', 'key']),
    `${pointer}${pointerTo('rateLimit', 'key')}`,
    scopeOf('rate_limit.key'),
  );
}

function* sitesOfStep(step: LoadedStep, flow: Flow, loaded: Loaded): Generator<ExpressionSite> {
  const { name, node } = step;
  const at = (...path: string[]) => nodeAt(node, path);
  const pointer = (...path: (string | number)[]) => pointerTo('workflows', flow.workflow.name, 'steps', name, ...path);
  const where = (key: string) => `\`${key}\` of step \`${name}\``;
  const items = at('for_each') === undefined ? [] : itemNames;
  const scope = (key: string, more: readonly string[] = items) => stepScope(where(key), flow, step, { more });

  yield* condition(at('when'), pointer('when'), stepScope(where('when'), flow, step, { status: true }));
  const forEach = at('for_each');
  if (forEach?.kind === 'scalar') yield* condition(forEach, pointer('forEach'), scope('for_each', []));
  else yield* templates(forEach, pointer('forEach'), scope('for_each', []));
  const secrets = takesSecrets(loaded, step) ? secretNames : [];
  yield* templates(at('input'), pointer('input'), scope('input', [...items, ...secrets]));
  yield* templates(at('delay'), pointer('delay'), scope('delay'));
  yield* condition(at('retry', 'when'), pointer('retry', 'when'), scope('retry.when', [...items, 'error', 'attempt']));
  yield* limitKeys(node, pointer(), scope);
  yield* templates(at('cache', 'key'), pointer('cache', 'key'), scope('cache.key'));
  if (at('type') === undefined) yield* templates(at('env'), pointer('env'), scope('env', [...items, ...secrets]));
  else {
    const input = inlineInput(flow, step);
    const shell = step.definition?.inline?.type === 'shell';
    const scopeOf: ScopeMaker = (key, more = []) =>
      stepScope(where(key), flow, step, { more: [...items, ...more], input, shell: shell && key === 'cmd' });
    yield* sitesOfBody(node, pointer('inline'), scopeOf, true);
  }
  const next = at('next');
  const visible = (other: string) => other === name || flow.graph.isBefore(other, name);
  for (const [index, transition] of (next?.kind === 'list' ? next.items : []).entries()) {
    const after = (key: string) => stepScope(where(`next[${index}].${key}`), flow, step, { visible, status: true });
    yield* condition(nodeAt(transition, ['when']), pointer('next', index, 'when'), after('when'));
    const publish = nodeAt(transition, ['publish']);
    const target = pointer('next', index, 'publish', ...(publish?.kind === 'map' ? [0] : []));
    yield* templates(publish, target, after('publish'));
  }
}

function* sitesOfTrigger({ name, node, definition }: LoadedTrigger): Generator<ExpressionSite> {
  const scope = (key: string) => globalScope(`\`${key}\` of trigger \`${name}\``, ['event']);
  yield* condition(nodeAt(node, ['when']), pointerTo('triggers', name, 'when'), scope('when'));
  const secret = globalScope(`\`secret\` of trigger \`${name}\``, ['secrets']);
  yield* templates(nodeAt(node, ['secret']), pointerTo('triggers', name, 'secret'), secret);
  const where = `\`input\` of trigger \`${name}\``;
  const fields = { schedule: scheduleNames, webhook: webhookNames, event: null, manual: null }[
    definition?.type ?? 'manual'
  ];
  const input = fields === null ? scope('input') : triggerScope(where, fields);
  yield* templates(nodeAt(node, ['input']), pointerTo('triggers', name, 'input'), input);
}
