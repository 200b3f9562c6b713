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

describe('`join: all`', () => {
  test('begins once, when one arrival has come from each edge', () => {
    const run = joinRun('all', { a: { next: [to('j')] }, b: { next: [to('j')] }, c: { next: [to('j')] } });
    run.succeed('c');
    run.succeed('a');
    expect(run.step('j').status).toBe('pending');
    expect(run.state.head.control).toBe('{"joins":{"3":{"arrived":"5"}}}');
    run.succeed('b');
    expect(run.step('j')).toMatchObject({ status: 'ready', iterations: 1 });
    expect(run.state.head.control).toBeNull();
  });

  test('does not wait for a branch that was not taken', () => {
    const run = runOf(
      {
        steps: {
          start: { next: [to('x', { when: 'input.x' }), to('y z')] },
          x: { next: [to('j')] },
          y: { next: [to('j')] },
          z: { next: [to('j')] },
          j: { join: 'all' },
        },
      },
      { x: false },
    );
    run.succeed('start');
    run.succeed('y');
    expect(run.step('j').status).toBe('pending');
    run.succeed('z');
    expect(run.step('j').status).toBe('ready');
    run.succeed('j');
    expect(run.statuses).toBe('start:succeeded x:skipped(not_reached) y:succeeded z:succeeded j:succeeded');
    expect(run.status).toBe('succeeded');
  });

  test('does not wait for unrelated steps once nothing more can arrive', () => {
    const run = runOf({
      steps: {
        start: { next: [to('x', { when: 'false' }), to('y')] },
        x: { next: [to('j')] },
        y: { next: [to('j')] },
        slow: {},
        j: { join: 'all' },
      },
    });
    run.succeed('start');
    run.succeed('y');
    expect(run.statuses).toBe('start:succeeded x:pending y:succeeded slow:ready j:ready');
  });

  test('does not wait for a source that was skipped by its condition', () => {
    const run = joinRun(
      'all',
      { s: { next: [to('a')] }, a: { when: 'false', next: [to('j')] }, b: { next: [to('j')] } },
      { slow: {} },
    );
    run.succeed('b');
    expect(run.step('j').status).toBe('pending');
    run.succeed('s');
    expect(run.step('a').reason).toBe('condition_false');
    expect(run.step('j').status).toBe('ready');
  });

  test('waits for a source whose dependencies have not ended', () => {
    const run = joinRun('all', { slow: {}, d: { needs: 'slow', next: [to('j')] }, b: { next: [to('j')] } });
    run.succeed('b');
    expect(run.step('j').status).toBe('pending');
    run.succeed('slow');
    run.succeed('d');
    expect(run.step('j')).toMatchObject({ status: 'ready', iterations: 1 });
  });

  test('does not wait for what lies behind itself', () => {
    const run = joinRun(
      'all',
      { s1: { next: [to('b')] }, s2: { next: [to('b')] }, b: { next: [to('j')] }, back: { next: [to('j')] } },
      { j: { join: 'all', next: [to('back', { when: 'false' })] } },
    );
    run.succeed('s1');
    run.succeed('s2');
    run.succeed('b');
    expect(run.step('b').status).toBe('ready');
    expect(run.step('j').status).toBe('ready');
  });

  test('forgets, in a later round, the failure of a branch that only an earlier one took', () => {
    const run = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('pick')] },
        pick: { next: [to('x', { when: 'vars.n == 0' }), to('y')] },
        x: { next: [to('j')] },
        y: { next: [to('j')] },
        j: { join: 'all', next: [to('pick', { when: 'vars.n < 1', publish: [{ n: '{{ vars.n + 1 }}' }] })] },
      },
    });
    run.succeed('start');
    run.succeed('pick');
    run.fail('x');
    for (const name of ['y', 'j', 'pick', 'y', 'j']) run.succeed(name);
    expect(run.status).toBe('succeeded');
  });

  test('is not kept waiting by a failure that was handled before the branches parted', () => {
    const run = runOf({
      steps: {
        start: { next: [to('part', { when: 'failed()' })] },
        part: { next: [to('x', { when: 'false' }), to('y')] },
        x: { next: [to('j')] },
        y: { next: [to('j')] },
        j: { join: 'all' },
      },
    });
    run.fail('start');
    run.succeed('part');
    run.succeed('y');
    expect(run.step('j').status).toBe('ready');
  });

  test('knows who ran in this round, though all of it happened in one millisecond', () => {
    const count = { publish: [{ n: '{{ vars.n + 1 }}' }] };
    const missing = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('p')] },
        p: { next: [to('p', { when: 'vars.n < 2', ...count }), to('s b', { when: 'vars.n == 2 and result() == 1' })] },
        s: { next: [to('j', { when: 'false' })] },
        b: { next: [to('j')] },
        j: { join: 'all' },
      },
    });
    missing.succeed('start');
    missing.succeed('p');
    missing.succeed('p');
    missing.succeed('p', 1);
    missing.succeed('s');
    missing.succeed('b');
    expect(missingOf(missing)).toEqual(['s']);
    const passed = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('x')] },
        x: { next: [to('x', { when: 'vars.n < 2', ...count }), to('j', { when: 'result() == 1' })] },
        j: { join: 'all', next: [to('again', { when: 'vars.n == 2', ...count })] },
        again: { next: [to('x', { when: 'false' }), to('y')] },
        y: { next: [to('j')] },
      },
    });
    passed.succeed('start');
    passed.succeed('x');
    passed.succeed('x');
    passed.succeed('x', 1);
    passed.succeed('j');
    passed.succeed('again');
    passed.succeed('y');
    expect(passed.step('j')).toMatchObject({ status: 'ready', iterations: 2 });
  });

  test('counts a step once, though several of its transitions fire', () => {
    for (const join of ['all', 2] as const) {
      const run = joinRun(join, { a: { next: [to('j', ok), to('j'), to('j j')] }, b: { next: [to('j')] } });
      run.succeed('a');
      expect(run.step('j').status).toBe('pending');
      run.succeed('b');
      expect(run.step('j')).toMatchObject({ status: 'ready', iterations: 1 });
      expect(run.state.rounds.size).toBe(0);
    }
  });

  test('needs one of several transitions of the same step', () => {
    const run = joinRun('all', { a: { next: [to('j', ok), to('j', { when: 'failed()' })] }, b: { next: [to('j')] } });
    run.fail('a');
    expect(run.step('j').status).toBe('pending');
    run.succeed('b');
    expect(run.step('j')).toMatchObject({ status: 'ready', iterations: 1 });
  });

  test.each([
    ['failed, and nothing handles it', { a: { next: [to('j', ok)] } }, 'exit_code'],
    [
      'failed, and was handled elsewhere',
      { a: { next: [to('j', ok), to('noop', { when: 'failed()' })] } },
      'join_unsatisfied',
    ],
  ])('is not reached when a source %s', (_what, source, code) => {
    const run = joinRun('all', { ...source, b: { next: [to('j', ok)] } });
    run.succeed('b');
    run.fail('a');
    expect(run.step('j')).toMatchObject({
      status: 'skipped',
      reason: 'not_reached',
      error: { code: 'join_unsatisfied' },
    });
    expect(missingOf(run)).toEqual(['a']);
    expect(run.state.head).toMatchObject({ status: 'failed', error: { code } });
  });

  test('is not reached when a source ran and did not lead to it', () => {
    const run = joinRun('all', {
      a: { next: [to('j', { when: 'false' })] },
      b: { next: [to('j')] },
      c: { next: [to('j')] },
    });
    run.succeed('a');
    run.succeed('c');
    run.succeed('b');
    expect(run.state.head).toMatchObject({ status: 'failed', error: { code: 'join_unsatisfied', step: 'j' } });
    expect(run.state.head.error?.message).toBe(
      'Step j waits for all steps that lead to it; 2 came. No more will come from a.',
    );
  });

  test('is not reached when a failure kept a source from running, however far away', () => {
    const run = joinRun('all', {
      a: { next: [to('a2', ok), to('noop', { when: 'failed()' })] },
      a2: { next: [to('a3')] },
      a3: { next: [to('j')] },
      b: { next: [to('j')] },
    });
    run.succeed('b');
    run.fail('a');
    expect(run.statuses).toBe(
      'a:failed a2:skipped(not_reached) a3:skipped(not_reached) b:succeeded j:skipped(not_reached)',
    );
    expect(run.state.head.error).toMatchObject({ code: 'join_unsatisfied' });
    expect(missingOf(run)).toEqual(['a3']);
  });

  test('that nothing arrives at is not reached, which is no failure', () => {
    const run = joinRun('all', {
      a: { next: [to('j', { when: 'failed()' })] },
      b: { next: [to('j', { when: 'failed()' })] },
    });
    run.succeed('a');
    run.succeed('b');
    expect(run.step('j')).toMatchObject({ status: 'skipped', reason: 'not_reached', error: null });
    expect(run.status).toBe('succeeded');
  });

  test('fails at once with fail_fast when it waits in vain', () => {
    const run = runOf({
      failFast: true,
      steps: { a: { next: [to('j')] }, b: { next: [to('j', { when: 'false' })] }, slow: {}, j: { join: 'all' } },
    });
    run.succeed('a');
    run.succeed('b');
    expect(run.statuses).toBe('a:succeeded b:succeeded slow:cancelled(fail_fast) j:skipped(not_reached)');
  });

  test('lets those in that depend on it when it waits in vain', () => {
    const run = joinRun(
      'all',
      { a: { next: [to('j')] }, b: { next: [to('j', { when: 'false' })] }, slow: {} },
      { after: { needs: 'j', when: 'failed()' }, never: { needs: 'j' } },
    );
    run.succeed('a');
    run.succeed('b');
    expect(run.step('never').reason).toBe('upstream_failed');
  });

  test('joins again in each round of a loop', () => {
    const run = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('a b')] },
        a: { next: [to('j')] },
        b: { next: [to('j')] },
        j: { join: 'all', next: [to('a b', { when: 'vars.n < 2', publish: [{ n: '{{ vars.n + 1 }}' }] })] },
      },
    });
    run.succeed('start');
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'b'],
    ]) {
      for (const name of order) {
        expect(run.store.work.size).toBe(name === order[0] ? 2 : 1);
        run.succeed(name);
      }
      run.succeed('j');
    }
    expect(run.status).toBe('succeeded');
    expect([run.step('a').iterations, run.step('b').iterations, run.step('j').iterations]).toEqual([3, 3, 3]);
  });

  test('does not wait, in a later round, for a branch that only an earlier one took', () => {
    const run = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('pick')] },
        pick: { next: [to('x', { when: 'vars.n == 0' }), to('y')] },
        x: { next: [to('j')] },
        y: { next: [to('j')] },
        j: { join: 'all', next: [to('pick', { when: 'vars.n < 1', publish: [{ n: '{{ vars.n + 1 }}' }] })] },
      },
    });
    for (const name of ['start', 'pick', 'x', 'y', 'j', 'pick', 'y', 'j']) run.succeed(name);
    expect(run.status).toBe('succeeded');
    expect(run.step('j').iterations).toBe(2);
  });

  test('sees a failure of a later round, although the branch succeeded in an earlier one', () => {
    const run = runOf({
      vars: { n: 0 },
      steps: {
        start: { next: [to('a b')] },
        a: { next: [to('a2', ok), to('noop', { when: 'failed()' })] },
        a2: { next: [to('j')] },
        b: { next: [to('j')] },
        j: { join: 'all', next: [to('a b', { when: 'vars.n < 1', publish: [{ n: '{{ vars.n + 1 }}' }] })] },
      },
    });
    for (const name of ['start', 'a', 'b', 'a2', 'j', 'b']) run.succeed(name);
    run.fail('a');
    expect(run.step('j')).toMatchObject({ reason: 'not_reached', iterations: 2, error: { code: 'join_unsatisfied' } });
    expect(run.status).toBe('failed');
  });

  test('keeps a second arrival by the same edge for its next round', () => {
    const run = runOf({
      steps: {
        s1: { next: [to('a')] },
        s2: { next: [to('a')] },
        t1: { next: [to('b')] },
        t2: { next: [to('b')] },
        a: { next: [to('j')] },
        b: { next: [to('j')] },
        j: { join: 'all' },
      },
    });
    for (const name of ['s1', 's2', 'a', 'a']) run.succeed(name);
    expect(run.state.rounds.get(6)?.surplus).toEqual(new Map([[0, 1]]));
    expect(restoreState(run.plan, run.store.load()).rounds).toEqual(run.state.rounds);
    for (const name of ['t1', 'b']) run.succeed(name);
    expect(run.step('j').iterations).toBe(1);
    for (const name of ['t2', 'b']) run.succeed(name);
    expect(run.step('j').iterations).toBe(2);
  });
});
