import { describe, expect, test } from 'vitest';
import { runOf } from '../testing/run-driver.ts';

describe('a step with dependencies', () => {
  test('begins when all of them have ended, not before', () => {
    const run = runOf({ steps: { a: {}, b: {}, c: { needs: 'a b' } } });
    expect(run.statuses).toBe('a:ready b:ready c:pending');
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded b:ready c:pending');
    run.succeed('b');
    expect(run.statuses).toBe('a:succeeded b:succeeded c:ready');
    run.succeed('c');
    expect(run.status).toBe('succeeded');
    expect(run.store.work.size + run.store.waits.size).toBe(0);
  });

  test('is skipped when one failed, and passes the failure on', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a' }, c: { needs: 'b' }, d: { needs: 'c', when: 'failed()' } } });
    run.fail('a');
    expect(run.statuses).toBe('a:failed b:skipped(upstream_failed) c:skipped(upstream_failed) d:ready');
    run.succeed('d');
    expect(run.status).toBe('failed');
    expect(run.state.head.error).toMatchObject({ code: 'exit_code', message: 'It failed.', step: 'a' });
  });

  test('is skipped when all of them were skipped by their conditions', () => {
    const run = runOf({ steps: { a: { when: 'false' }, b: { needs: 'a' } } });
    expect(run.statuses).toBe('a:skipped(condition_false) b:skipped(upstream_skipped)');
    expect(run.status).toBe('succeeded');
  });

  test('begins when one succeeded and the others were skipped, so that two branches meet again', () => {
    const run = runOf(
      { steps: { a: {}, b: { when: 'input.b', needs: 'a' }, c: { needs: 'a' }, d: { needs: 'b c' } } },
      { b: false },
    );
    run.succeed('a');
    run.succeed('c');
    expect(run.statuses).toBe('a:succeeded b:skipped(condition_false) c:succeeded d:ready');
  });

  test.each(['succeeded() and input.x', 'failed() and input.x', 'input.x'])(
    'that `%s` skips after a failure does not launder it',
    (when) => {
      const run = runOf(
        { steps: { a: {}, other: {}, b: { needs: 'a', when }, c: { needs: 'b other' } } },
        { x: false },
      );
      run.succeed('other');
      run.fail('a');
      expect(run.step('b')).toMatchObject({ status: 'skipped', reason: 'upstream_failed' });
      expect(run.step('c')).toMatchObject({ status: 'skipped', reason: 'upstream_failed' });
      expect(run.status).toBe('failed');
    },
  );
});

describe('`when`', () => {
  const table: readonly (readonly [when: string, a: string, b: string, begins: boolean])[] = [
    ['true', 'ok', 'ok', true],
    ['true', 'ok', 'fail', false],
    ['true', 'skip', 'ok', true],
    ['true', 'skip', 'skip', false],
    ['succeeded()', 'ok', 'skip', true],
    ['succeeded()', 'fail', 'ok', false],
    ['failed()', 'fail', 'ok', true],
    ['failed()', 'ok', 'ok', false],
    ['failed()', 'skip', 'skip', false],
    ['skipped()', 'skip', 'skip', true],
    ['skipped()', 'skip', 'ok', false],
    ['always()', 'fail', 'skip', true],
    ['done()', 'fail', 'fail', true],
    ['timed_out()', 'timeout', 'ok', true],
    ['timed_out()', 'fail', 'ok', false],
    ["failed('a')", 'fail', 'ok', true],
    ["failed('b')", 'fail', 'ok', false],
    ["succeeded('b')", 'fail', 'ok', true],
    ["skipped('a')", 'skip', 'ok', true],
    ["timed_out('a')", 'timeout', 'ok', true],
    ["done('a') and result('b') == 1", 'fail', 'ok', true],
    ["steps.a.status == 'failed' and always()", 'fail', 'ok', true],
    ["{{ failed() and steps.a.error.code == 'exit_code' }}", 'fail', 'ok', true],
  ];
  test.each(table)('`%s` with a: %s and b: %s begins the step: %s', (when, a, b, begins) => {
    const run = runOf(
      { steps: { a: { when: 'input.a' }, b: { when: 'input.b' }, c: { needs: 'a b', when } } },
      { a: a !== 'skip', b: b !== 'skip' },
    );
    for (const [name, how] of [
      ['a', a],
      ['b', b],
    ] as const) {
      if (how === 'ok') run.succeed(name, 1);
      if (how === 'fail') run.fail(name);
      if (how === 'timeout') {
        run.finish(name, { status: 'timed_out', error: { code: 'timeout', message: 'Too slow.' }, durationMs: 1 });
      }
    }
    expect(run.step('c').status).toBe(begins ? 'ready' : 'skipped');
  });

  test('`failed()` sees a failure behind a clean-up step that succeeded', () => {
    const run = runOf({
      steps: { a: {}, clean: { needs: 'a', when: 'failed()' }, tell: { needs: 'clean', when: 'failed()' } },
    });
    run.fail('a');
    run.succeed('clean');
    expect(run.step('tell').status).toBe('ready');
  });

  test('a function that names a step which does not stand before fails the step', () => {
    const run = runOf({ steps: { a: {}, b: { when: "failed('a')" } } });
    expect(run.step('b')).toMatchObject({ status: 'failed', error: { code: 'expression' } });
    expect(run.step('b').error?.message).toContain('does not stand before');
  });
});

describe('a tolerated failure', () => {
  test('counts as success for what follows and for the run', () => {
    const run = runOf({
      steps: { a: { continueOnFailure: true }, b: { needs: 'a' }, c: { needs: 'a', when: 'failed()' } },
    });
    run.fail('a');
    expect(run.statuses).toBe('a:failed b:ready c:skipped(condition_false)');
    run.succeed('b');
    expect(run.status).toBe('succeeded');
  });

  test('can still be asked for by name', () => {
    const run = runOf({ steps: { a: { continueOnFailure: true }, b: { needs: 'a', when: "failed('a')" } } });
    run.fail('a');
    expect(run.step('b').status).toBe('ready');
  });
});

describe('a failure that nobody tolerates', () => {
  test('lets other branches finish first', () => {
    const run = runOf({ steps: { a: {}, b: {}, c: { needs: 'b' } } });
    run.fail('a');
    run.succeed('b');
    expect(run.status).toBe('running');
    run.succeed('c');
    expect(run.status).toBe('failed');
  });

  test('with fail_fast cancels what has not started and asks what runs to stop', () => {
    const run = runOf({ failFast: true, steps: { a: {}, b: {}, c: {}, d: { needs: 'b' } } });
    run.lease('b');
    run.fail('a');
    expect(run.statuses).toBe('a:failed b:running c:cancelled(fail_fast) d:cancelled(fail_fast)');
    expect(run.last.workCancelled).toMatchObject([{ step: 1 }]);
    run.finish('b', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 });
    expect(run.step('b')).toMatchObject({ status: 'cancelled', reason: 'fail_fast' });
    expect(run.status).toBe('failed');
    expect(run.state.head.error).toMatchObject({ step: 'a' });
  });

  test('is reported for the step that failed first', () => {
    const run = runOf({ steps: { a: {}, b: {} } });
    run.fail('b', { code: 'first' });
    run.now += 1;
    run.fail('a', { code: 'second' });
    expect(run.state.head.error).toMatchObject({ code: 'first', step: 'b' });
  });
});
