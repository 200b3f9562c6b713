import { describe, expect, test } from 'vitest';
import { to } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { restoreState } from './restore-state.ts';

describe('both kinds of entry in one workflow', () => {
  test('a step with dependencies waits until one entered by transitions cannot run any more', () => {
    const run = runOf({
      steps: {
        a: { next: [to('loop')] },
        slow: { next: [to('loop')] },
        loop: {},
        unrelated: {},
        report: { needs: 'loop', input: { last: '{{ steps.loop.output }}' } },
      },
    });
    run.succeed('a');
    run.succeed('loop', 1);
    expect(run.step('report').status).toBe('pending');
    run.succeed('slow');
    expect(run.step('report').status).toBe('pending');
    run.succeed('loop', 2);
    expect(run.step('report').status).toBe('ready');
    expect(run.input('report')).toEqual({ last: 2 });
    expect(restoreState(run.plan, run.store.load()).steps[2]?.settled).toBe(true);
  });

  test('a step that nothing can ever lead to holds nobody up', () => {
    const run = runOf({ steps: { t: { next: [to('u')] }, u: { next: [to('t')] }, d: { needs: 't' } } });
    expect(run.statuses).toBe('t:skipped(not_reached) u:skipped(not_reached) d:skipped(upstream_skipped)');
    expect(run.status).toBe('succeeded');
  });

  test('a step with dependencies waits for the iteration that runs, when nothing else can lead to another', () => {
    const run = runOf({ steps: { a: { next: [to('t'), to('noop', { when: 'false' })] }, t: {}, d: { needs: 't' } } });
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded t:ready d:pending');
    run.succeed('t');
    expect(run.step('d').status).toBe('ready');
  });

  test('what was not reached counts as skipped, and as failed when a failure is the cause', () => {
    const text = {
      steps: {
        a: { next: [to('x', { when: 'succeeded()' }), to('y', { when: 'failed()' })] },
        x: {},
        y: {},
        ok: {},
        d: { needs: 'x ok' },
      },
    };
    const chosen = runOf({
      steps: { ...text.steps, a: { next: [to('y')] }, z: { next: [to('x', { when: 'false' })] } },
    });
    chosen.succeed('ok');
    chosen.succeed('a');
    chosen.succeed('z');
    expect(chosen.step('x')).toMatchObject({ status: 'skipped', reason: 'not_reached', error: null });
    expect(chosen.step('d').status).toBe('ready');
    const failed = runOf(text);
    failed.succeed('ok');
    failed.fail('a');
    expect(failed.step('x')).toMatchObject({
      status: 'skipped',
      reason: 'not_reached',
      error: { code: 'not_reached' },
    });
    expect(failed.step('d')).toMatchObject({ status: 'skipped', reason: 'upstream_failed' });
  });

  test('a step with dependencies may lead on by transitions, and its dependants begin as ever', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a', next: [to('t')] }, t: {}, c: { needs: 'b' } } });
    run.succeed('a');
    run.succeed('b');
    expect(run.statuses).toBe('a:succeeded b:succeeded t:ready c:ready');
  });
});

describe('a step that stands before another by transitions', () => {
  test('is pending to it while it has not ended', () => {
    const run = runOf({
      steps: {
        a: { next: [to('c')] },
        b: { next: [to('c')] },
        c: { input: { b: '{{ steps.b.status }}', out: '{{ steps.b.output }}' }, when: "not done('b')" },
      },
    });
    run.succeed('a');
    expect(run.input('c')).toEqual({ b: 'pending', out: null });
  });
});

describe('stopping the run', () => {
  test('a cancel ends all open iterations, and what was not reached is told as such', () => {
    const run = runOf({ steps: { a: { next: [to('t')] }, b: { next: [to('t')] }, t: { next: [to('u')] }, u: {} } });
    run.succeed('a');
    run.succeed('b');
    expect(run.store.work.size).toBe(2);
    run.cancel();
    expect(run.status).toBe('cancelled');
    expect(run.statuses).toBe('a:succeeded b:succeeded t:cancelled(run_cancelled) u:skipped(not_reached)');
    expect(run.step('t').iterations).toBe(2);
    expect(run.store.work.size + run.store.waits.size).toBe(0);
  });

  test("a join that waited is not reached, which is nobody's fault", () => {
    const run = runOf({ steps: { a: { next: [to('j')] }, b: { next: [to('j')] }, j: { join: 'all' } } });
    run.succeed('a');
    run.lease('b');
    run.cancel();
    run.succeed('b');
    expect(run.step('j')).toMatchObject({ status: 'skipped', reason: 'not_reached', error: null });
    expect(run.state.head).toMatchObject({ status: 'cancelled', error: { code: 'run_cancelled' } });
    expect(restoreState(run.plan, run.store.load()).failure).toBeNull();
  });

  test('a step that succeeds while the run stops leads nowhere', () => {
    const run = runOf({ steps: { a: { next: [to('b', { publish: [{ x: 1 }] })] }, b: {} } });
    run.lease('a');
    run.cancel();
    run.succeed('a');
    expect(run.statuses).toBe('a:succeeded b:skipped(not_reached)');
    expect(run.state.vars).toEqual({});
  });

  test('the time of a run and of each iteration is limited', () => {
    const run = runOf({
      timeoutMs: 60_000,
      steps: { a: { next: [to('t')] }, t: { stepTimeoutMs: 1_000, next: [to('t')] } },
    });
    run.succeed('a');
    run.now += 900;
    run.succeed('t');
    expect(run.wait('t', 'step_timeout')).toMatchObject({ iteration: 1, dueAt: run.now + 1_000 });
    run.fire('t', 'step_timeout');
    expect(run.step('t')).toMatchObject({ status: 'ready', iterations: 3 });
    run.fire(null, 'run_timeout');
    expect([run.status, run.step('t').reason]).toEqual(['timed_out', 'run_timed_out']);
  });
});
