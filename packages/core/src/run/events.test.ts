import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../events/event.ts';
import type { StepText } from '../testing/build-plan.ts';
import { keyOfWork, type RunDriver, runOf } from '../testing/run-driver.ts';
import { eventId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';
import { readEventWait, topicOf } from './event-wait.ts';

const event = (payload: JsonObject = {}, type = 'order.paid'): StoredEvent => ({
  id: eventId('42'),
  workspace: 'test',
  type,
  payload,
  source: { type: 'api' },
  key: null,
  at: 1_000,
});

const awaiting = (
  more: Partial<StepText> = {},
  body: Readonly<{ when?: string; timeoutMs?: number }> = {},
): RunDriver =>
  runOf(
    {
      steps: {
        paid: { inline: { type: 'wait', event: 'order.paid', ...body }, ...more },
        next: { needs: 'paid', input: { got: '{{ steps.paid.output }}' } },
      },
    },
    { id: 7 },
  );

const arrive = (run: RunDriver, one: StoredEvent, step = 'paid', item = -1) =>
  run.send({ type: 'event_arrived', key: keyOfWork(run.wait(step, 'event', item)), event: one });

describe('a step that waits for an event', () => {
  test('waits without a worker, asks for what it may have missed, and takes the event as its output', () => {
    const run = awaiting();
    expect(run.step('paid').status).toBe('waiting');
    expect(run.store.outbox).toEqual([{ kind: 'await_event', from: keyOfWork(run.wait('paid', 'event')) }]);
    const wait = run.wait('paid', 'event');
    expect([wait.dueAt, topicOf(wait)]).toEqual([null, 'test order.paid']);
    expect(arrive(run, event({ order: 7 }))).toBeNull();
    expect(run.input('next')).toEqual({
      got: {
        ...{ id: '42', workspace: 'test', type: 'order.paid', payload: { order: 7 } },
        ...{ source: { type: 'api' }, key: null, at: '1970-01-01T00:00:01.000Z' },
      },
    });
  });

  test('lets an event pass that is of another type, or for which its condition does not hold', () => {
    const run = awaiting({}, { when: 'event.payload.order == input.id' });
    expect(arrive(run, event({ order: 8 }))?.code).toBe('event_not_matching');
    expect(arrive(run, event({ order: 7 }, 'order.sent'))?.code).toBe('event_not_matching');
    expect(run.step('paid').status).toBe('waiting');
    expect(arrive(run, event({ order: 7 }))).toBeNull();
    expect(run.step('paid').status).toBe('succeeded');
    expect(
      run.send({ type: 'event_arrived', key: { step: 0, item: -1, iteration: 0, attempt: 1 }, event: event() })?.code,
    ).toBe('stale_attempt');
  });

  test('is not ended by an event for which its condition cannot be evaluated; the first one is noted', () => {
    const run = awaiting({}, { when: 'event.payload.order == 7', timeoutMs: 60_000 });
    expect(arrive(run, event({}))).toBeNull();
    expect(readEventWait(run.wait('paid', 'event')).fault).toMatchObject({
      event: '42',
      message: expect.stringContaining('order'),
    });
    expect(arrive(run, event({ other: 1 }))?.code).toBe('event_not_matching');
    run.fire('paid', 'event');
    expect(run.step('paid')).toMatchObject({ status: 'timed_out', reason: 'event_timed_out' });
    expect(run.step('paid').error?.message).toMatch(
      /^No event order\.paid that matches came within the timeout of 1m\. The condition could not be evaluated for event 42: /,
    );
  });

  test('times out, and a retry waits anew', () => {
    const run = awaiting({ retry: { attempts: 2 } }, { timeoutMs: 50 });
    run.fire('paid', 'event');
    expect(run.wait('paid', 'event')).toMatchObject({ attempt: 2, dueAt: run.now + 50 });
    expect(run.store.outbox).toHaveLength(2);
    arrive(run, event());
    expect(run.step('paid')).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  test('fails when its type is none, and ends at once when its run is cancelled', () => {
    const wrong = runOf({ steps: { paid: { inline: { type: 'wait', event: '{{ input }}' } } } });
    expect(wrong.step('paid')).toMatchObject({ status: 'failed', error: { code: 'invalid_event_type' } });
    const run = awaiting();
    run.cancel();
    expect(run.step('paid')).toMatchObject({ status: 'cancelled', reason: 'run_cancelled' });
  });

  test('may wait in each item, for events of types of their own', () => {
    const run = runOf({
      steps: {
        paid: {
          forEach: '["a", "b"]',
          inline: { type: 'wait', event: 'order.{{ item }}', when: 'event.payload.n == index' },
        },
      },
    });
    expect(arrive(run, event({ n: 0 }, 'order.b'), 'paid', 1)?.code).toBe('event_not_matching');
    arrive(run, event({ n: 1 }, 'order.b'), 'paid', 1);
    arrive(run, event({ n: 0 }, 'order.a'), 'paid', 0);
    expect(run.status).toBe('succeeded');
  });
});

describe('a step that emits an event', () => {
  const emitting = (body: Readonly<{ event: string; payload?: JsonObject }>) =>
    runOf({ steps: { emit: { inline: { type: 'emit', ...body } } } }, { id: 7 });

  test('succeeds at once; its event is committed with its end', () => {
    const run = emitting({
      event: 'order.{{ input.id }}',
      payload: { id: '{{ input.id }}', deep: { x: ['{{ input.id + 1 }}'] } },
    });
    expect(run.status).toBe('succeeded');
    const payload = { id: 7, deep: { x: [8] } };
    expect(run.step('emit').output).toEqual({ type: 'order.7', payload });
    expect(run.store.outbox).toEqual([
      { kind: 'emit', from: { step: 0, item: -1, iteration: 0, attempt: 1 }, type: 'order.7', payload },
    ]);
    expect(emitting({ event: 'order.paid' }).store.outbox).toMatchObject([{ payload: {} }]);
  });

  test('fails when its type is none or its payload too large', () => {
    expect(emitting({ event: 'no type' }).step('emit')).toMatchObject({ error: { code: 'invalid_event_type' } });
    const large = emitting({ event: 'x', payload: { text: '{{ "12345678" | pad(300000) }}' } });
    expect(large.step('emit')).toMatchObject({ status: 'failed', error: { code: 'too_large' } });
    expect(large.store.outbox).toEqual([]);
  });
});
