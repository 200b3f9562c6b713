import { describe, expect, test } from 'vitest';
import { to } from '../testing/build-plan.ts';
import { type RunDriver, runOf } from '../testing/run-driver.ts';
import { restoreState } from './restore-state.ts';

const varsOf = (run: RunDriver) => run.state.vars;

describe('a transition', () => {
  test('leads to steps that do not start by themselves', () => {
    const run = runOf({ steps: { a: { next: [to('b c')] }, b: {}, c: {} } });
    expect(run.statuses).toBe('a:ready b:pending c:pending');
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded b:ready c:ready');
    run.succeed('b');
    run.succeed('c');
    expect(run.status).toBe('succeeded');
    expect(run.state.head.control).toBeNull();
  });

  const table: readonly (readonly [when: string | undefined, end: 'ok' | 'fail' | 'timeout', fires: boolean])[] = [
    [undefined, 'ok', true],
    [undefined, 'fail', true],
    ['succeeded()', 'ok', true],
    ['succeeded()', 'fail', false],
    ['failed()', 'ok', false],
    ['failed()', 'fail', true],
    ['failed()', 'timeout', true],
    ['timed_out()', 'timeout', true],
    ['timed_out()', 'fail', false],
    ['done()', 'fail', true],
    ['always()', 'ok', true],
    ['skipped()', 'ok', false],
    ['result().n == 1', 'ok', true],
    ['result() == null', 'fail', true],
    ['steps.a.output.n == 1', 'ok', true],
    ["steps.a.error.code == 'exit_code'", 'fail', true],
    ["steps.a.status == 'timed_out'", 'timeout', true],
    ["failed('a')", 'fail', true],
    ["succeeded('before') and result('before') == 7", 'ok', true],
    ['{{ input.go }}', 'ok', false],
    ['vars.v == 1', 'fail', true],
  ];
  test.each(table)('with `when: %s` after %s fires: %s', (when, end, fires) => {
    const run = runOf(
      {
        vars: { v: 1 },
        steps: { before: { next: [to('a')] }, a: { next: [to('b', when === undefined ? {} : { when })] }, b: {} },
      },
      { go: false },
    );
    run.succeed('before', 7);
    if (end === 'ok') run.succeed('a', { n: 1 });
    if (end === 'fail') run.fail('a');
    const error = { code: 'timeout', message: 'Too slow.' };
    if (end === 'timeout') run.finish('a', { status: 'timed_out', error, durationMs: 1 });
    expect(run.step('b').status).toBe(fires ? 'ready' : 'skipped');
    expect(run.step('b').reason).toBe(fires ? null : 'not_reached');
  });

  test('of a step to itself is a loop that begins by itself', () => {
    const again = to('a', { when: 'vars.n < 2', publish: [{ n: '{{ vars.n + 1 }}' }] });
    const run = runOf({ vars: { n: 0 }, steps: { a: { next: [again, to('end', { when: 'vars.n >= 2' })] }, end: {} } });
    for (const n of [1, 2]) {
      expect(run.statuses).toBe('a:ready end:pending');
      run.succeed('a');
      expect(varsOf(run)).toEqual({ n });
    }
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded end:ready');
    run.succeed('end');
    expect(run.status).toBe('succeeded');
    expect(run.step('a').iterations).toBe(3);
  });

  test('fires beside every other whose condition holds, in written order', () => {
    const run = runOf({
      steps: { a: { next: [to('z'), to('no', { when: 'false' }), to('b')] }, z: {}, no: {}, b: {} },
    });
    run.succeed('a');
    expect(run.last.work.map((work) => run.plan.plan.steps[work.step]?.name)).toEqual(['z', 'b']);
  });

  test('knows a for-each by the list of its outputs', () => {
    const run = runOf({ steps: { a: { forEach: 2, next: [to('b', { when: 'result() == [1, 2]' })] }, b: {} } });
    run.succeed('a', 2, 1);
    run.succeed('a', 1, 0);
    expect(run.step('b').status).toBe('ready');
  });

  test('with a fault in its condition fails the run with its place, and ends the firing there', () => {
    const at = { file: 'w.yaml', line: 3, column: 4 };
    const run = runOf({
      steps: { a: { next: [to('b'), to('c', { when: 'input.no.x' }), to('d')] }, b: {}, c: {}, d: {} },
      places: { '/workflows/main/steps/a/next/1/when': at },
    });
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded b:ready c:pending d:pending');
    run.succeed('b');
    expect(run.status).toBe('failed');
    expect(run.state.head.error).toMatchObject({ code: 'expression', step: 'a', at: { file: 'w.yaml', line: 3 } });
  });
});

describe('variables', () => {
  test('are published in order, each seeing those before it, and seen by the steps that follow', () => {
    const publish = [{ n: '{{ vars.n + 1 }}' }, { twice: '{{ vars.n * 2 }}', who: '{{ steps.a.output.who }}' }];
    const run = runOf({
      vars: { n: 1 },
      output: { n: '{{ vars.n }}', who: '{{ vars.who }}' },
      steps: { a: { next: [to('b', { publish })] }, b: { input: { twice: '{{ vars.twice }}' } } },
    });
    run.succeed('a', { who: 'ada' });
    expect(run.input('b')).toEqual({ twice: 4 });
    run.succeed('b');
    expect(run.output).toEqual({ n: 2, who: 'ada' });
    expect(restoreState(run.plan, run.store.load()).vars).toEqual({ n: 2, twice: 4, who: 'ada' });
  });

  test('are published by transitions without a target, too, and not by those whose condition does not hold', () => {
    const next = [to('', { publish: [{ x: 1 }] }), to('', { when: 'failed()', publish: [{ y: 1 }] })];
    const run = runOf({ vars: { x: 0, y: 0 }, output: '{{ [vars.x, vars.y] }}', steps: { a: { next } } });
    run.succeed('a');
    expect(run.output).toEqual([1, 0]);
  });

  test('that a transition publishes are seen by what others publish after it, not by their conditions', () => {
    const run = runOf({
      vars: { x: 0, y: 0 },
      steps: {
        a: {
          next: [
            to('', { publish: [{ x: 1 }] }),
            to('b', { when: 'vars.x == 1' }),
            to('c', { when: 'vars.x == 0', publish: [{ y: '{{ vars.x + 1 }}' }] }),
          ],
        },
        b: {},
        c: {},
      },
    });
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded b:pending c:ready');
    expect(varsOf(run)).toEqual({ x: 1, y: 2 });
  });

  test('of two branches at once have the value of the later commit', () => {
    const run = runOf({
      vars: { x: 0 },
      steps: { a: { next: [to('', { publish: [{ x: 'a' }] })] }, b: { next: [to('', { publish: [{ x: 'b' }] })] } },
    });
    run.succeed('b');
    expect(varsOf(run)).toEqual({ x: 'b' });
    run.succeed('a');
    expect(varsOf(run)).toEqual({ x: 'a' });
  });

  test('that cannot be made fail the run; those before stay published', () => {
    const run = runOf({
      vars: { x: 0 },
      steps: { a: { next: [to('b', { publish: [{ x: 1 }, { y: '{{ vars.x.z }}' }] })] }, b: {} },
    });
    run.succeed('a');
    expect(varsOf(run)).toEqual({ x: 1 });
    expect(run.state.head).toMatchObject({ status: 'failed', error: { code: 'expression', step: 'a' } });
  });

  test('are as they were when a step was entered: a retry does not render its input again', () => {
    const run = runOf({
      vars: { x: 1 },
      steps: {
        a: { retry: { attempts: 2 }, input: { x: '{{ vars.x }}' } },
        b: { next: [to('', { publish: [{ x: 2 }] })] },
      },
    });
    run.succeed('b');
    run.fail('a');
    expect(run.input('a')).toEqual({ x: 1 });
  });
});

describe('a failure', () => {
  test.each([
    ['a step', 'clean', 'succeeded'],
    ['noop', 'noop', 'succeeded'],
    ['nothing', '', 'failed'],
  ])('whose transition leads to %s makes the run end as expected', (_what, target, status) => {
    const run = runOf({
      steps: { a: { next: [to(target, { when: 'failed()' })] }, b: { next: [to('clean')] }, clean: {} },
    });
    run.fail('a');
    run.succeed('b');
    while (run.store.work.size > 0) run.succeed('clean');
    expect(run.status).toBe(status);
    if (status === 'failed') expect(run.state.head.error).toMatchObject({ code: 'exit_code', step: 'a' });
  });

  test('that no transition fires for fails the run after the other branches, and is restored as it is', () => {
    const run = runOf({ steps: { a: { next: [to('b', { when: 'succeeded()' })] }, b: {}, other: {} } });
    run.fail('a');
    expect(run.status).toBe('running');
    expect(restoreState(run.plan, run.store.load()).failure).toEqual(run.state.failure);
    run.succeed('other');
    expect(run.state.head).toMatchObject({ status: 'failed', error: { step: 'a' } });
    expect(run.step('b')).toMatchObject({ status: 'skipped', reason: 'not_reached', iterations: 1 });
  });

  test('with fail_fast stops what runs, unless it is handled', () => {
    const steps = { a: { next: [to('clean', { when: "steps.a.error.code == 'known'" })] }, other: {}, clean: {} };
    const handled = runOf({ failFast: true, steps });
    handled.fail('a', { code: 'known' });
    expect(handled.statuses).toBe('a:failed other:ready clean:ready');
    const unhandled = runOf({ failFast: true, steps });
    unhandled.fail('a');
    expect(unhandled.statuses).toBe('a:failed other:cancelled(fail_fast) clean:skipped(not_reached)');
  });

  test('that is handled is a failure still to those that depend on the step', () => {
    const run = runOf({ steps: { a: { next: [to('clean')] }, clean: {}, b: { needs: 'a' } } });
    run.fail('a');
    run.succeed('clean');
    expect(run.step('b').reason).toBe('upstream_failed');
    expect(run.status).toBe('succeeded');
  });

  test('retries are made first: transitions fire once for all attempts', () => {
    const run = runOf({ steps: { a: { retry: { attempts: 2 }, next: [to('b', { when: 'failed()' })] }, b: {} } });
    run.fail('a');
    expect(run.step('b').status).toBe('pending');
    run.fail('a');
    expect(run.step('b')).toMatchObject({ status: 'ready', iterations: 1 });
  });
});

describe('a step that was skipped', () => {
  test('fires no transitions', () => {
    const run = runOf({
      steps: { a: { when: 'false', next: [to('b'), to('c', { when: 'skipped()' })] }, b: {}, c: {} },
    });
    expect(run.statuses).toBe('a:skipped(condition_false) b:skipped(not_reached) c:skipped(not_reached)');
    expect(run.status).toBe('succeeded');
  });

  test('by its own condition after a transition may be entered again', () => {
    const run = runOf({
      vars: { x: false },
      steps: { a: { next: [to('b', { publish: [{ x: true }] })] }, b: { when: 'vars.x' }, c: { next: [to('b')] } },
    });
    run.succeed('c');
    expect(run.step('b')).toMatchObject({ status: 'skipped', reason: 'condition_false', iterations: 1 });
    run.succeed('a');
    expect(run.step('b')).toMatchObject({ status: 'ready', iterations: 2 });
  });
});

describe('the target', () => {
  test('`fail` fails the run when the other branches have finished', () => {
    const run = runOf({ steps: { a: { next: [to('fail clean')] }, clean: {}, other: {} } });
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded clean:ready other:ready');
    run.succeed('other');
    run.succeed('clean');
    expect(run.state.head).toMatchObject({ status: 'failed', error: { code: 'transition_fail', step: 'a' } });
  });

  test('`fail` tells the failure that led to it', () => {
    const run = runOf({ steps: { a: { next: [to('fail', { when: 'failed()' })] } } });
    run.fail('a', { message: 'No space left.' });
    expect(run.state.head.error).toMatchObject({
      code: 'transition_fail',
      message: 'Step a led to `fail`: No space left.',
    });
  });

  test('`fail` with fail_fast stops the others', () => {
    const run = runOf({ failFast: true, steps: { a: { next: [to('fail')] }, other: {} } });
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded other:cancelled(fail_fast)');
    expect(run.status).toBe('failed');
  });

  test('`succeed` ends the run: what runs is asked to stop, nothing else begins, and the output is made', () => {
    const run = runOf({
      output: '{{ steps.a.output }}',
      steps: { a: { next: [to('succeed later')] }, later: {}, other: {}, waiting: { needs: 'other' } },
    });
    run.lease('other');
    run.succeed('a', 5);
    expect(run.statuses).toBe('a:succeeded later:pending other:running waiting:cancelled(run_succeeded)');
    expect(run.last.workCancelled).toHaveLength(1);
    run.finish('other', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 });
    expect(run.step('other')).toMatchObject({ status: 'cancelled', reason: 'run_succeeded' });
    expect([run.status, run.output]).toEqual(['succeeded', 5]);
    expect(run.store.waits.size).toBe(0);
  });

  test('`succeed` does not undo a failure that nobody handled', () => {
    const run = runOf({ steps: { a: { next: [to('succeed')] }, b: {} } });
    run.fail('b');
    run.succeed('a');
    expect(run.state.head).toMatchObject({ status: 'failed', error: { step: 'b' } });
  });

  test('`noop` does nothing', () => {
    const run = runOf({ steps: { a: { next: [to('noop')] }, b: {} } });
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded b:ready');
  });
});
