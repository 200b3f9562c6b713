import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StepText, to } from '../testing/build-plan.ts';
import { type RunDriver, runOf } from '../testing/run-driver.ts';
import { restoreState } from './restore-state.ts';

const ok = { when: 'succeeded()' };

function joinRun(
  join: 'all' | number,
  sources: Readonly<Record<string, StepText>>,
  more: Readonly<Record<string, StepText>> = {},
) {
  return runOf({ steps: { ...sources, j: { join }, ...more } });
}

const missingOf = (run: RunDriver) =>
  (run.step('j').error?.details?.missing as readonly Readonly<{ from: string }>[] | undefined)?.map(({ from }) => from);

describe('`join: N`', () => {
  test.each([1, 2, 3])('of 3 edges begins with arrival %s and ignores later ones of the round', (join) => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }), (order) => {
        const run = joinRun(join, { a: { next: [to('j')] }, b: { next: [to('j')] }, c: { next: [to('j')] } });
        order.forEach((name, index) => {
          run.succeed(name);
          expect(run.step('j').iterations).toBe(index + 1 < join ? 0 : 1);
          expect(restoreState(run.plan, run.store.load()).rounds).toEqual(run.state.rounds);
        });
        run.succeed('j');
        expect(run.status).toBe('succeeded');
        expect(run.state.rounds.size).toBe(0);
      }),
    );
  });

  test('cannot do with fewer, not even when a branch was not taken', () => {
    const run = joinRun(2, {
      start: { next: [to('a', { when: 'false' }), to('b')] },
      a: { next: [to('j')] },
      b: { next: [to('j')] },
    });
    run.succeed('start');
    run.succeed('b');
    expect(missingOf(run)).toEqual(['a']);
    expect(run.state.head.error?.message).toBe(
      'Step j waits for 2 of the steps that lead to it; 1 came. No more will come from a.',
    );
  });

  test('that has begun needs no more', () => {
    const run = joinRun(1, { a: { next: [to('j')] }, b: { next: [to('j', { when: 'false' })] }, slow: {} });
    run.succeed('a');
    run.succeed('j');
    run.succeed('b');
    run.succeed('slow');
    expect(run.status).toBe('succeeded');
  });

  test('that too few arrive at is not reached, and names the edges that are missing', () => {
    const run = joinRun(2, {
      a: { next: [to('j')] },
      b: { next: [to('j', ok)] },
      c: { next: [to('x')] },
      x: { next: [to('j', { when: 'false' })] },
    });
    run.succeed('a');
    run.fail('b', {});
    run.succeed('c');
    expect(run.step('j').status).toBe('pending');
    run.succeed('x');
    expect(run.step('j').error).toMatchObject({ code: 'join_unsatisfied', details: { arrived: 1 } });
    expect(missingOf(run)).toEqual(['b', 'x']);
  });

  test('begins again when the same step comes again, though by another transition', () => {
    const run = runOf({
      steps: {
        start: { next: [to('a')] },
        a: { next: [to('j', ok), to('j', { when: 'failed()' })] },
        b: { next: [to('j')] },
        j: { join: 1, maxIterations: 2, next: [to('a')] },
      },
    });
    run.succeed('start');
    run.succeed('a');
    run.succeed('j');
    run.fail('a');
    expect(run.step('j')).toMatchObject({ status: 'ready', iterations: 2 });
  });

  test('begins again in the next round of a loop', () => {
    const run = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('a b c')] },
        a: { next: [to('j')] },
        b: { next: [to('j')] },
        c: { next: [to('j')] },
        j: { join: 2, next: [to('a b c', { when: 'vars.n < 1', publish: [{ n: '{{ vars.n + 1 }}' }] })] },
      },
    });
    for (const name of ['start', 'a', 'b', 'c', 'j', 'c', 'b', 'a', 'j']) run.succeed(name);
    expect(run.status).toBe('succeeded');
    expect(run.step('j').iterations).toBe(2);
  });
});

describe('a join of sources that run equally often', () => {
  test.each(['all', 2] as const)('(join: %s) begins exactly once in each round, in any order', (join) => {
    const rounds = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(rounds, fc.array(fc.nat(100), { maxLength: 60 }), (times, choices) => {
        const seeds = ['a', 'b'].flatMap((source) =>
          Array.from({ length: times }, (_, index): [string, StepText] => [
            `${source}${index}`,
            { next: [to(source)] },
          ]),
        );
        const run = runOf({
          steps: { ...Object.fromEntries(seeds), a: { next: [to('j')] }, b: { next: [to('j')] }, j: { join } },
        });
        for (let turn = 0; run.store.work.size > 0; turn++) {
          const open = [...run.store.work.values()];
          const work = open[(choices[turn] ?? 0) % open.length];
          if (work === undefined) break;
          const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
          run.send({ type: 'attempt_finished', key: work, worker: null, result });
        }
        expect(run.status).toBe('succeeded');
        expect(run.step('j').iterations).toBe(times);
        expect(run.state.rounds.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
