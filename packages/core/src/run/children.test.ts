import { describe, expect, test } from 'vitest';
import { fields } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { runId } from '../values/ids.ts';

const others = { inner: { input: fields({ n: { type: 'integer' } }), steps: { x: {} } } };

describe('a step that calls a workflow', () => {
  test('starts a child run, waits for it without a worker, and takes its output', () => {
    const run = runOf(
      {
        others,
        steps: {
          a: { action: 'inner', input: { n: '{{ input.n }}' } },
          b: { needs: 'a', input: { got: '{{ steps.a.output.y }}' } },
        },
      },
      { n: 3 },
    );
    expect(run.store.outbox).toMatchObject([
      { kind: 'start_child', workflow: 'inner', input: { n: 3 }, depth: 1, wait: true, from: { step: 0, attempt: 1 } },
    ]);
    expect(run.step('a').status).toBe('waiting');
    expect(run.store.work.size).toBe(0);
    run.endChild('a', 'succeeded', { y: 9 });
    expect(run.input('b')).toEqual({ got: 9 });
  });

  test('fails with the cause when the child fails, and a retry starts another child', () => {
    const run = runOf({ others, steps: { a: { action: 'inner', input: { n: 1 }, retry: { attempts: 2 } } } });
    run.endChild('a', 'failed');
    expect(run.store.outbox.map((message) => 'from' in message && message.from?.attempt)).toEqual([1, 2]);
    run.endChild('a', 'failed');
    expect(run.step('a')).toMatchObject({
      status: 'failed',
      attempts: 2,
      error: { code: 'child_failed', details: { run: '8' } },
    });
    expect(run.step('a').error?.message).toBe('Child run 8 ended as failed: The child failed.');
  });

  test('does not start another child when somebody cancelled the first', () => {
    const run = runOf({ others, steps: { a: { action: 'inner', retry: { attempts: 5 } } } });
    run.endChild('a', 'cancelled');
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'child_cancelled' } });
  });

  test('checks the input before anything is started', () => {
    const run = runOf({ others, steps: { a: { action: 'inner', input: { n: 'three' } } } });
    expect(run.store.outbox).toEqual([]);
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'invalid_input', retryable: false } });
    expect(run.step('a').error?.message).toContain('/n: expected integer, got string "three".');
  });

  test('that does not wait has succeeded at once', () => {
    const run = runOf({ steps: { a: { inline: { type: 'workflow', workflow: 'inner', wait: false } } } });
    expect(run.store.outbox).toMatchObject([{ kind: 'start_child', wait: false }]);
    expect(run.status).toBe('succeeded');
  });

  test('fails at the depth limit', () => {
    const run = runOf({ others, steps: { a: { action: 'inner', retry: { attempts: 3 } } } }, {}, { depth: 10 });
    expect(run.step('a')).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'depth_limit' } });
    expect(run.store.outbox).toEqual([]);
  });

  test('for each item starts a child of its own', () => {
    const run = runOf({
      others,
      steps: { a: { action: 'inner', forEach: 3, itemConcurrency: 2, input: { n: '{{ item }}' } } },
    });
    expect(run.store.outbox).toHaveLength(2);
    run.endChild('a', 'succeeded', 'one', 1);
    run.endChild('a', 'succeeded', 'two', 2);
    run.endChild('a', 'succeeded', 'zero', 0);
    expect(run.step('a').output).toEqual(['zero', 'one', 'two']);
  });

  test('passes a cancel on to the children, and ends when they have', () => {
    const run = runOf({ others, steps: { a: { action: 'inner' } } });
    run.cancel();
    expect(run.store.outbox.at(-1)).toMatchObject({ kind: 'cancel_children', from: null, by: 'ada' });
    expect(run.status).toBe('running');
    run.endChild('a', 'cancelled');
    expect(run.statuses).toBe('a:cancelled(run_cancelled)');
    expect(run.status).toBe('cancelled');
  });

  test('whose step_timeout is over cancels just its child', () => {
    const run = runOf({ others, steps: { a: { action: 'inner', stepTimeoutMs: 100 }, b: { action: 'inner' } } });
    run.fire('a', 'step_timeout');
    expect(run.store.outbox.at(-1)).toMatchObject({ kind: 'cancel_children', from: { step: 0, attempt: 1 } });
    run.endChild('a', 'cancelled');
    expect(run.step('a')).toMatchObject({ status: 'timed_out', reason: 'step_timed_out' });
  });

  test('a child that could not be started fails the step with the reason', () => {
    const run = runOf({ others, steps: { a: { action: 'inner' } } });
    const error = { code: 'workflow_not_found', message: 'There is none.', retryable: false };
    run.send({ type: 'child_ended', key: run.wait('a', 'child'), child: null, status: 'failed', output: null, error });
    expect(run.step('a').error).toMatchObject({ code: 'workflow_not_found' });
  });
});

describe('a child run', () => {
  test('tells its parent how it ended, in the commit that ends it', () => {
    const parent = { run: runId('5'), step: 2, item: -1, iteration: 0, attempt: 1 };
    const run = runOf({ steps: { a: {} }, output: { n: '{{ steps.a.output + 1 }}' } }, {}, { parent, depth: 1 });
    run.succeed('a', 4);
    expect(run.last.outbox).toEqual([
      { kind: 'child_ended', parent, status: 'succeeded', output: '{"n":5}', error: null },
    ]);
  });
});
