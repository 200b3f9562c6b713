// Random plans with transitions: loops, joins and both kinds of entry.
import fc from 'fast-check';
import type { Transition } from '../definitions/workflow.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import { definitionsOf, type StepText, type WorkflowText } from './build-plan.ts';
import { randomStep } from './random-runs.ts';

const size = 7;

const conditions: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: fc.constant('succeeded()') },
  { weight: 8, arbitrary: fc.constantFrom('failed()', 'vars.v < 4', 'vars.v >= 4', 'result() == null') },
  { weight: 1, arbitrary: fc.constantFrom('timed_out()', 'vars.v.x') },
);

const publications = [[], [], [], [{ v: '{{ vars.v + 1 }}' }], [{ w: '{{ vars.v }}' }, { v: '{{ vars.w + 1 }}' }]];

type Way = Readonly<{ when: string | undefined; publish: Transition['publish']; to: readonly number[]; end: string }>;

const way: fc.Arbitrary<Way> = fc.record({
  when: conditions,
  publish: fc.constantFrom(...publications),
  to: fc.array(fc.nat(size - 1), { minLength: 1, maxLength: 3 }),
  end: fc.oneof(
    { weight: 20, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('noop', 'fail', 'succeed') },
  ),
});

const plainStep = fc.record({
  own: fc.constantFrom<StepText>({}, {}, { retry: { attempts: 2 } }, { inline: { type: 'wait', for: '{{ vars.v }}' } }),
  needs: fc.array(fc.nat(size - 1), { maxLength: 2 }),
});

const flowStep = fc.record({
  base: fc.oneof({ weight: 3, arbitrary: plainStep }, { weight: 1, arbitrary: randomStep }),
  next: fc.array(way, { maxLength: 3 }),
  join: fc.constantFrom(undefined, undefined, 'all', 'all', 1, 2, 3),
  maxIterations: fc.constantFrom(1, 2, 4),
});

const anyFlows: fc.Arbitrary<WorkflowText> = fc
  .record({
    steps: fc.array(flowStep, { minLength: 3, maxLength: size }),
    failFast: fc.constantFrom(false, false, true),
    timeoutMs: fc.constantFrom(undefined, undefined, undefined, 5_000),
    output: fc.constantFrom(undefined, '{{ vars.v }}', { all: '{{ steps.s1.status }}' }),
  })
  .map(({ steps, failFast, timeoutMs, output }) => {
    const nexts = steps.map(({ next }) => next.map((one) => transitionOf(one, steps.length)));
    const inbound = new Map<string, number>();
    for (const ways of nexts) {
      for (const name of new Set(ways.flatMap((one) => one.do))) inbound.set(name, (inbound.get(name) ?? 0) + 1);
    }
    return {
      failFast,
      vars: { v: 1 },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(output === undefined ? {} : { output }),
      steps: Object.fromEntries(
        steps.map(({ base, join, maxIterations }, index): readonly [string, StepText] => {
          const name = `s${index}`;
          const edges = inbound.get(name) ?? 0;
          const needs = base.needs.filter((other) => other < index).map((other) => `s${other}`);
          return [
            name,
            {
              ...base.own,
              next: nexts[index] ?? [],
              maxIterations,
              needs: edges > 0 ? '' : needs.join(' '),
              ...(edges === 0 || join === undefined
                ? {}
                : { join: join === 'all' ? join : Math.min(Number(join), edges) }),
            },
          ];
        }),
      ),
    };
  });

/**
 * Up to seven steps. The first is never led to, so that something starts; those that others lead to lose their
 * dependencies; the rest may depend on any step before them, of either kind.
 */
export const flows: fc.Arbitrary<WorkflowText> = anyFlows.filter(
  (text) => compilePlan(definitionsOf('main', text), 'test', 'main').problems.length === 0,
);

function transitionOf({ when, publish, to, end }: Way, steps: number): Transition {
  const targets = to.filter((number) => number > 0 && number < steps).map((number) => `s${number}`);
  return {
    ...(when === undefined ? {} : { when }),
    publish,
    do: [...new Set(targets), ...(end === '' ? [] : [end])],
  };
}
