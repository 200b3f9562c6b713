import { describe, expect, test } from 'vitest';
import { type StepText, to } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { restoreState } from './restore-state.ts';

const elsewhere = to('elsewhere', { when: 'false' });

describe('joins that wait in vain', () => {
  test('are all given up at once, though another branch goes on', () => {
    const run = runOf({
      steps: {
        slow: {},
        a: { next: [to('j'), to('k')] },
        b: { next: [to('j', { when: 'false' }), to('k', { when: 'false' })] },
        j: { join: 'all' },
        k: { join: 'all' },
      },
    });
    run.succeed('a');
    run.succeed('b');
    expect(run.statuses).toBe('slow:ready a:succeeded b:succeeded j:skipped(not_reached) k:skipped(not_reached)');
    expect(run.step('j').error).toMatchObject({
      code: 'join_unsatisfied',
      message: 'Step j waits for all steps that lead to it; 1 came. No more will come from b.',
      details: { arrived: 1, missing: [{ from: 'b', to: 'j' }] },
      retryable: false,
    });
  });

  test('begin all at once where what is missing went another way', () => {
    const run = runOf({
      steps: {
        slow: {},
        pick: { next: [to('a'), to('b', { when: 'false' })] },
        a: { next: [to('j'), to('k')] },
        b: { next: [to('j'), to('k')] },
        j: { join: 'all' },
        k: { join: 'all' },
      },
    });
    run.succeed('pick');
    run.succeed('a');
    expect(run.statuses).toBe('slow:ready pick:succeeded a:succeeded b:pending j:ready k:ready');
  });

  test('let in all that depend on steps which cannot run any more', () => {
    const run = runOf({
      steps: {
        slow: {},
        pick: { next: [to('x', { when: 'false' }), to('y', { when: 'false' })] },
        x: {},
        y: {},
        after_x: { needs: 'x', when: 'always()' },
        after_y: { needs: 'y', when: 'always()' },
      },
    });
    run.succeed('pick');
    expect([run.step('after_x').status, run.step('after_y').status]).toEqual(['ready', 'ready']);
  });

  test('are forgotten when they are given up, also in a run that had failed before', () => {
    const run = runOf({
      steps: {
        slow: {},
        broken: { next: [elsewhere] },
        elsewhere: {},
        a: { next: [to('j')] },
        b: { next: [to('j', { when: 'false' })] },
        j: { join: 'all' },
      },
    });
    run.fail('broken');
    run.succeed('a');
    run.succeed('b');
    expect(run.step('j').reason).toBe('not_reached');
    expect(run.state.rounds.size).toBe(0);
    expect(restoreState(run.plan, run.store.load())).toEqual(run.state);
    run.succeed('slow');
    expect(run.state.head.error).toMatchObject({ code: 'exit_code', step: 'broken' });
  });

  test.each([
    [10, 's0, s1, s2, s3, s4, s5, s6, s7, s8, s9.'],
    [12, 's0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more.'],
  ])('name at most ten of the %i steps that are missing', (count, text) => {
    const sources = Object.fromEntries(
      Array.from({ length: count }, (_, index): [string, StepText] => [
        `s${index}`,
        { next: [to('j', { when: 'false' })] },
      ]),
    );
    const run = runOf({ steps: { ...sources, came: { next: [to('j')] }, j: { join: 'all' } } });
    run.succeed('came');
    for (const name of Object.keys(sources)) run.succeed(name);
    expect(run.step('j').error?.message).toBe(
      `Step j waits for all steps that lead to it; 1 came. No more will come from ${text}`,
    );
  });

  test('after a failure say so to those that depend on them', () => {
    const run = runOf({
      steps: {
        broken: { next: [to('x', { when: 'succeeded()' })] },
        x: {},
        after: { needs: 'x' },
      },
    });
    run.fail('broken');
    expect(run.step('x')).toMatchObject({
      reason: 'not_reached',
      error: { code: 'not_reached', message: 'A step that would have led to x failed.', retryable: false },
    });
    expect(run.step('after').reason).toBe('upstream_failed');
  });
});
