// Random definitions. What the engine learns later (approvals, hooks, limits, …) gets its place in `spices`.
import type {
  ActionBody,
  ApprovalBody,
  Definitions,
  RetryPolicy,
  StepDefinition,
  WorkflowDefinition,
} from '@millrace/core';
import { compilePlan } from '@millrace/core';
import { Random } from './random.ts';
import { hookActions, noHooks, randomHooks } from './random-hooks.ts';
import { randomQueues, withLimits } from './random-limits.ts';
import { withSecrets } from './random-secrets.ts';
import { withTransitions } from './random-transitions.ts';
import type { Scenario } from './scenario.ts';

const input = {
  kind: 'flat',
  fields: { n: { type: 'integer', default: 3 }, flag: { type: 'boolean', default: false }, list: { type: 'array' } },
} as const;

/** Deeper workflows first: each may call those before it. `deep` waits long; `main…` are what users start. */
export function randomDefinitions(seed: number, scenario: Scenario): Definitions {
  const workflows: Record<string, WorkflowDefinition> = {};
  const inner: string[] = [];
  for (const name of ['leaf', 'branch', ...Array.from({ length: scenario.workflows }, (_, at) => `main${at}`)]) {
    const random = new Random(seed, `workflow ${name}`);
    const most = name.startsWith('main') ? scenario.steps : Math.min(3, scenario.steps);
    const workflow = randomWorkflow(random, name, most, scenario.spice, inner);
    const led = random.chance(scenario.transitions) ? withTransitions(random, workflow) : workflow;
    const hooks = randomHooks(new Random(seed, `hooks of ${name}`), scenario.spice / 2, inner);
    const flow = withSecrets(seed, scenario, isExecutable(led) ? led : workflow);
    const limited = withLimits(seed, scenario, { ...flow, hooks });
    workflows[name] = random.chance(scenario.local) ? asLocal(random, limited) : limited;
    if (!name.startsWith('main')) inner.push(name);
  }
  const hooks = randomHooks(new Random(seed, 'hooks of the workspace'), scenario.spice / 3, inner);
  return {
    actions: hookActions,
    workflows,
    triggers: randomTriggers(),
    queues: randomQueues(seed, scenario),
    hooks,
    places: {},
  };
}

/** What a local run cannot hold is taken out of it. */
function asLocal(random: Random, workflow: WorkflowDefinition): WorkflowDefinition {
  const steps = workflow.steps.map(
    ({ queue: _, queueTimeoutMs: __, concurrency: ___, rateLimit: ____, ...step }): StepDefinition => {
      if (step.inline?.type !== 'workflow' && step.inline?.type !== 'approval') return step;
      return { ...step, inline: { type: 'function', function: 'f' } };
    },
  );
  return { ...workflow, steps, mode: 'local', ...(random.chance(200) ? { onWorkerLoss: 'fail' as const } : {}) };
}

/** Some graphs of transitions are refused when they are compiled. */
function isExecutable(workflow: WorkflowDefinition): boolean {
  const definitions = {
    actions: {},
    workflows: { [workflow.name]: workflow },
    triggers: {},
    hooks: noHooks,
    places: {},
  };
  return compilePlan(definitions, 'test', workflow.name).problems.length === 0;
}

function randomWorkflow(
  random: Random,
  name: string,
  most: number,
  spice: number,
  inner: readonly string[],
): WorkflowDefinition {
  const count = random.int(1, most);
  const steps: StepDefinition[] = [];
  for (let at = 0; at < count; at += 1) steps.push(randomStep(random, at, spice, inner));
  return {
    name,
    tags: [],
    input,
    vars: { v: 1 },
    steps,
    ...(random.chance(300) ? { output: { first: '{{ steps.s0.output }}', n: '{{ input.n }}' } } : {}),
    failFast: random.chance(200),
    ...(random.chance(spice / 5) ? { timeoutMs: random.int(500, 20_000) } : {}),
    mode: 'distributed',
    hooks: noHooks,
  };
}

function randomStep(random: Random, at: number, spice: number, inner: readonly string[]): StepDefinition {
  const dependsOn = Array.from(
    { length: at === 0 ? 0 : random.int(0, Math.min(3, at)) },
    () => `s${random.int(Math.max(0, at - 5), at - 1)}`,
  );
  const before = [...new Set(dependsOn)];
  const plain: StepDefinition = {
    name: `s${at}`,
    inline: random.pick(bodies),
    input: random.chance(300) ? { x: '{{ input.n }}' } : {},
    dependsOn: before,
    next: [],
    onItemFailure: 'finish',
    continueOnFailure: random.chance(spice / 4),
    labels: random.chance(spice / 8) ? ['gpu'] : [],
    tags: [],
  };
  let step = plain;
  for (const { often, add } of spices) {
    if (random.chance((spice * often) / 100)) step = { ...step, ...add(random, before, inner) };
  }
  const isForItsOutput = step.inline === undefined || outputTypes.has(step.inline.type);
  if (isForItsOutput && random.chance((spice * 15) / 100)) step = { ...step, cache: randomCache(random) };
  return step;
}

/** What may have a `cache`: the rest is done for its own sake. */
const outputTypes: ReadonlySet<ActionBody['type']> = new Set(['shell', 'function', 'workflow']);

const bodies: readonly ActionBody[] = [
  { type: 'shell', cmd: 'true' },
  { type: 'shell', cmd: '{{ input.n }} {{ run.id }}' },
  { type: 'function', function: 'f' },
];

type Spice = Readonly<{
  /** Percent of the scenario's spice. */
  often: number;
  add(random: Random, before: readonly string[], inner: readonly string[]): Partial<StepDefinition>;
}>;

/** Parts that a step may have beyond the plain ones, each independent of the others. */
const spices: readonly Spice[] = [
  { often: 25, add: (random, before) => ({ when: randomCondition(random, before) }) },
  { often: 40, add: (random) => ({ retry: randomRetry(random) }) },
  { often: 10, add: (random) => ({ timeoutMs: random.int(50, 3_000) }) },
  { often: 12, add: (random) => ({ stepTimeoutMs: random.int(50, 6_000) }) },
  { often: 10, add: (random) => ({ queueTimeoutMs: random.int(50, 6_000) }) },
  { often: 12, add: (random) => ({ delay: random.chance(500) ? random.int(0, 3_000) : '{{ input.n }}s' }) },
  { often: 8, add: (random) => ({ priority: random.int(-2, 2) }) },
  { often: 8, add: () => ({ queue: 'slow' }) },
  { often: 5, add: () => ({ sharedFolder: true }) },
  { often: 10, add: (random) => ({ inline: randomWait(random) }) },
  { often: 12, add: (random) => ({ inline: randomApproval(random) }) },
  { often: 10, add: (random) => ({ inline: randomEventWait(random) }) },
  { often: 10, add: (random, _before, inner) => (inner.length < 2 ? {} : { inline: randomEmit(random) }) },
  { often: 25, add: (random, _before, inner) => randomChild(random, inner) },
  { often: 30, add: (random, before) => randomItems(random, before) },
];

/** Few keys and short times, so that some find what others gave, and some just do not. */
function randomCache(random: Random): NonNullable<StepDefinition['cache']> {
  const key = random.pick(['all', 'all', '{{ input.n }}', '{{ item }}', '{{ input.no.x }}']);
  return { key, ttlMs: random.pick([200, 3_000, 60_000]) };
}

function randomCondition(random: Random, before: readonly string[]): string {
  const known = before[0];
  const named =
    known === undefined ? [] : [`steps.${known}.output.n > 2`, `failed('${known}') or succeeded()`, `done('${known}')`];
  return random.pick([
    'failed()',
    'always()',
    'input.flag',
    'false',
    'done()',
    'skipped() or succeeded()',
    'input.no.x',
    ...named,
  ]);
}

function randomRetry(random: Random): RetryPolicy {
  return {
    attempts: random.int(2, 4),
    delayMs: random.chance(400) ? 0 : random.int(1, 1_500),
    backoff: random.pick(['fixed', 'linear', 'exponential']),
    factor: 2,
    maxDelayMs: 4_000,
    jitter: random.chance(500) ? 0.5 : 0,
    ...(random.chance(200) ? { when: "error.code == 'a'" } : {}),
    countWorkerLoss: random.chance(300),
  };
}

function randomWait(random: Random): ActionBody {
  if (random.chance(200)) return { type: 'wait', until: random.pick(['2020-01-01', '{{ input.n }}', 'soon']) };
  return { type: 'wait', for: random.chance(30) ? '70s' : `${random.int(1, 4_000)}ms` };
}

/** What runs wait for. */
const awaited = ['user.said', 'run.said'] as const;

/** By the name of the trigger. What runs emit starts only `leaf`, which emits nothing: so no chain goes on for ever. */
export const triggerTypes: Readonly<Record<string, string>> = { asked: 'user.asked', called: 'run.asked' };

function randomTriggers(): Definitions['triggers'] {
  const common = { type: 'event', input: { n: '{{ event.payload.n }}' }, enabled: true } as const;
  return {
    asked: { ...common, name: 'asked', event: 'user.asked', workflow: 'main0' },
    called: { ...common, name: 'called', event: 'run.asked', workflow: 'leaf' },
  };
}

function randomEventWait(random: Random): ActionBody {
  return {
    type: 'wait',
    event: random.pick(awaited),
    ...(random.chance(400) ? { when: 'event.payload.n >= 3' } : {}),
    ...(random.chance(300) ? { timeoutMs: random.int(100, 6_000) } : {}),
  };
}

function randomEmit(random: Random): ActionBody {
  const event = random.chance(30) ? 'no type' : random.pick(['run.said', 'run.asked']);
  return { type: 'emit', event, payload: { n: '{{ input.n }}', run: '{{ run.id }}' } };
}

/** Whom it asks there are enough of, and the form can be left as it is: so whatever is asked can be answered. */
function randomApproval(random: Random): ActionBody {
  const named = random.chance(400);
  const timed = random.chance(400);
  return {
    type: 'approval',
    prompt: 'Go on with {{ input.n }}?',
    quorum: random.int(1, 2),
    ...(named ? { approvers: { users: ['ada', 'bob'], ...(random.chance(500) ? { groups: ['ops'] } : {}) } } : {}),
    ...(random.chance(300) ? { separation_of_duty: true } : {}),
    ...(random.chance(300)
      ? { form: { kind: 'flat', fields: { n: { type: 'integer', default: 1 } } } satisfies ApprovalBody['form'] }
      : {}),
    ...(timed
      ? { timeoutMs: random.int(200, 8_000), on_timeout: random.pick(['fail', 'skip', 'approve'] as const) }
      : {}),
    ...(random.chance(400) ? { escalate: { afterMs: random.int(100, 4_000), approvers: { users: ['cy'] } } } : {}),
  };
}

function randomChild(random: Random, inner: readonly string[]): Partial<StepDefinition> {
  if (inner.length === 0) return {};
  const workflow = random.chance(30) ? 'nowhere' : random.pick(inner);
  return { inline: { type: 'workflow', workflow, wait: random.chance(850) } };
}

function randomItems(random: Random, before: readonly string[]): Partial<StepDefinition> {
  const known = before[0];
  const lists = [
    'input.list',
    '[]',
    'input.n',
    'run.id',
    ...(known === undefined ? [] : [`steps.${known}.output.list`]),
  ];
  return {
    forEach: random.chance(600) ? random.int(0, 6) : random.pick(lists),
    onItemFailure: random.pick(['finish', 'stop', 'ignore']),
    ...(random.chance(500) ? { itemConcurrency: random.int(1, 3) } : {}),
    ...(random.chance(200) ? { batchSize: random.int(1, 3) } : {}),
    ...(random.chance(300) ? { input: { x: '{{ item }}' } } : {}),
  };
}
