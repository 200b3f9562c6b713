// What a launch hands out: work, and child runs.
import { describe, expect, test } from 'vitest';
import { maxPayloadLength } from '../events/event.ts';
import { fields } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';

describe('work', () => {
  test('has the priority of its run, moved by what the step has beyond its workflow', () => {
    const text = { priority: 3, steps: { plain: {}, urgent: { priority: 10 }, idle: { priority: -2 } } };
    const priorities = (run: ReturnType<typeof runOf>) =>
      ['plain', 'urgent', 'idle'].map((name) => run.work(name).priority);
    expect(priorities(runOf(text, {}, { priority: 3 }))).toEqual([3, 10, -2]);
    expect(priorities(runOf(text, {}, { priority: 50 }))).toEqual([50, 57, 45]);
  });

  test('that nobody takes in time is over; a queue timeout is cleared when its attempt ends', () => {
    const run = runOf({ steps: { a: { queueTimeoutMs: 2_000, retry: { attempts: 2 } } } });
    expect(run.wait('a', 'queue_timeout').dueAt).toBe(3_000);
    run.lease('a');
    run.fail('a');
    expect(run.wait('a', 'queue_timeout').attempt).toBe(2);
    run.fire('a', 'queue_timeout');
    expect(run.step('a')).toMatchObject({ status: 'timed_out', attempts: 2 });
    expect([run.store.work.size, run.store.waits.size]).toEqual([0, 0]);
  });
});

describe('a child run', () => {
  const call = { inline: { type: 'workflow', workflow: 'inner', wait: true } } as const;
  const others = { inner: { input: fields({}), steps: { x: {} } } };

  test('may be ten levels deep, and no more', () => {
    const at = (depth: number) => runOf({ others, steps: { call } }, {}, { depth });
    expect(at(9).store.outbox).toMatchObject([{ kind: 'start_child', depth: 10 }]);
    const deeper = at(10);
    expect([deeper.store.outbox, deeper.step('call').status]).toEqual([[], 'failed']);
  });

  test('of a run without keys is told of none, and is no re-run', () => {
    const [message] = runOf({ others, steps: { call } }).store.outbox;
    expect(Object.keys(message ?? {}).sort()).toEqual(['depth', 'from', 'input', 'kind', 'wait', 'workflow']);
  });
});

describe('an event that is emitted', () => {
  const emit = (payload: string) =>
    runOf(
      { steps: { a: { inline: { type: 'emit', event: 'a.b', payload: { text: '{{ input.text }}' } } } } },
      { text: payload },
    );
  const around = JSON.stringify({ type: 'a.b', payload: { text: '' } }).length;

  test('may be as large as the limit says, and no larger', () => {
    expect(emit('x'.repeat(maxPayloadLength - around)).step('a').status).toBe('succeeded');
    const larger = emit('x'.repeat(maxPayloadLength - around + 1));
    expect(larger.step('a')).toMatchObject({ status: 'failed', error: { code: 'too_large', retryable: false } });
    expect(larger.store.outbox).toEqual([]);
  });
});
