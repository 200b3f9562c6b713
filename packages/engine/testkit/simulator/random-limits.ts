import type { ConcurrencyLimit, QueueDefinition, RateLimit, StepDefinition, WorkflowDefinition } from '@millrace/core';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

/** Few keys with low limits, so that many wait. Some are shared by workflows and steps, some differ by item or input. */
const keys = ['k0', 'k0', 'k1', 'k1', 'k2', 'k{{ input.n }}', 'k{{ run.workflow }}'];

type Limited = Pick<StepDefinition, 'concurrency' | 'rateLimit'>;

/** Limits of workflows and of steps, drawn beside everything else, so that a seed without them is what it was. */
export function withLimits(seed: number, { limits }: Scenario, workflow: WorkflowDefinition): WorkflowDefinition {
  const random = new Random(seed, `limits of ${workflow.name}`);
  if (!random.chance(limits)) return workflow;
  if (random.chance(300)) return crossing(random, workflow);
  const own = random.chance(700) ? someLimits(random, []) : {};
  const steps = workflow.steps.map((step) =>
    random.chance(limits / 2)
      ? { ...step, ...someLimits(random, step.forEach === undefined ? [] : ['k{{ index }}']) }
      : step,
  );
  return { ...workflow, ...own, steps };
}

/** Its runs hold one key while their steps want the other: two of them, the other way round, wait in a circle. */
function crossing(random: Random, workflow: WorkflowDefinition): WorkflowDefinition {
  const [outer, inner] = random.pick([
    ['k0', 'k1'],
    ['k1', 'k0'],
  ] as const);
  const one = (key: string): Limited => ({ concurrency: [{ key, limit: 1, whenFull: 'queue' }] });
  const steps = workflow.steps.map((step) => (random.chance(500) ? { ...step, ...one(inner) } : step));
  return { ...workflow, ...one(outer), steps };
}

export function randomQueues(seed: number, { limits }: Scenario): Readonly<Record<string, QueueDefinition>> {
  const random = new Random(seed, 'queues');
  const limited = ['slow', 'default'].filter(() => random.chance(limits / 2));
  return Object.fromEntries(limited.map((name) => [name, { name, limit: random.int(1, 3) }]));
}

function someLimits(random: Random, more: readonly string[]): Limited {
  const concurrency = Array.from({ length: random.pick([0, 1, 1, 1, 2, 3]) }, () => someKey(random, more));
  return {
    ...(concurrency.length === 0 ? {} : { concurrency }),
    ...(random.chance(250) ? { rateLimit: someRate(random) } : {}),
  };
}

const someKey = (random: Random, more: readonly string[]): ConcurrencyLimit => ({
  key: random.pick([...keys, ...more]),
  limit: random.pick([1, 1, 1, 2, 3]),
  whenFull: random.pick(['queue', 'queue', 'queue', 'queue', 'skip', 'cancel_oldest']),
});

/** A start is remembered for the span of its own rate, so those that share a key share the span. */
const spans = { r0: 300, r1: 2_000 } as const;

function someRate(random: Random): RateLimit {
  const key = random.pick(['r0', 'r1'] as const);
  return { key, limit: random.int(1, 3), perMs: spans[key] };
}
