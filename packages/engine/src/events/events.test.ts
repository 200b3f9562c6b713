import type { JsonObject, RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Store } from '../ports/store.ts';

const yaml = `
workflows:
  pay:
    input: { order: { type: integer, default: 7 } }
    steps:
      paid: { type: wait, event: { type: order.paid, when: event.payload.order == input.order, timeout: 1h } }
    output: { by: "{{ steps.paid.output.payload.by }}" }
  sell:
    input: { order: { type: integer } }
    steps:
      emit: { type: emit, event: order.paid, payload: { order: "{{ input.order }}", by: "{{ run.id }}" } }
  both:
    steps:
      sell: { action: sell, input: { order: 9 } }
      pay: { action: pay, input: { order: 9 } }
    output: { by: "{{ steps.pay.output.by }}" }
  send:
    input: { order: { type: integer, required: true }, tag: { type: string } }
    steps:
      after: { type: wait, for: 1s }
  echo:
    steps:
      again: { type: emit, event: echo }
triggers:
  sent: { type: event, event: order.sent, workflow: send, input: { order: "{{ event.payload.order }}" } }
  tagged: { type: event, event: order.sent, when: event.payload.tag is defined, workflow: send, input: { order: 1, tag: "{{ event.payload.tag }}" } }
  off: { type: event, event: order.sent, workflow: send, input: { order: 3 }, enabled: false }
  echo: { type: event, event: echo, workflow: echo }
`;

let open: TestEngine | null = null;
const start = async (options?: Parameters<typeof startTestEngine>[1]) => {
  open = await startTestEngine(yaml, options);
  return open;
};
afterEach(async () => {
  expect(open?.errors ?? []).toEqual([]);
  await open?.stop();
  open = null;
});

const emit = async ({ engine }: TestEngine, type: string, payload: JsonObject = {}, key?: string) => {
  const request = { workspace: 'test', type, payload, source: { type: 'api' }, ...(key === undefined ? {} : { key }) };
  const emitted = await engine.emitEvent(request);
  await settle();
  return emitted;
};

describe('a run that waits for an event', () => {
  test('goes on with the one that matches, and gives it as output', async () => {
    const test = await start();
    const run = await test.start('pay');
    await emit(test, 'order.paid', { order: 8, by: 'bob' });
    expect(await test.statusOf(run)).toBe('running');
    await emit(test, 'order.paid', { order: 7, by: 'ada' });
    expect((await test.engine.getRun(run)).output).toEqual({ by: 'ada' });
  });

  test('does not see what was there before it began', async () => {
    const test = await start();
    await emit(test, 'order.paid', { order: 7, by: 'early' });
    const run = await test.start('pay');
    await settle();
    expect(await test.statusOf(run)).toBe('running');
    await test.clock.advance(3_600_001);
    expect(await test.statusOf(run)).toBe('failed');
  });

  test('is told of an event that came between the setting of its wait and the search for it', async () => {
    let hidden = true;
    const wrap = (store: Store): Store => ({
      ...store,
      events: { ...store.events, waiting: async (...given) => (hidden ? [] : store.events.waiting(...given)) },
      outbox: store.outbox,
      runs: {
        ...store.runs,
        async commit(batch, hint) {
          const outcome = await store.runs.commit(batch, hint);
          // The commit is done, and its server does not know yet: here the event arrives, and finds no wait.
          if (hidden && batch.some(({ changes }) => changes.waits.some(({ kind }) => kind === 'event'))) {
            await store.events.append({
              workspace: 'test',
              type: 'order.paid',
              payload: { order: 7, by: 'race' },
              source: {},
              key: null,
            });
          }
          return outcome;
        },
      },
    });
    const test = await start({ wrap });
    const run = await test.start('pay');
    await settle();
    hidden = false;
    expect((await test.engine.getRun(run)).output).toEqual({ by: 'race' });
  });

  test('is told by another server when the one that stored the event, or the wait, has died', async () => {
    const test = await start();
    const run = await test.start('pay');
    // As if its server had died between storing and delivering.
    await test.store.events.append({
      workspace: 'test',
      type: 'order.paid',
      payload: { order: 7, by: 'late' },
      source: {},
      key: null,
    });
    expect(await test.statusOf(run)).toBe('running');
    await test.clock.advance(10_000);
    expect((await test.engine.getRun(run)).output).toEqual({ by: 'late' });
  });

  test.each([10_000])(
    'is one of %i that wait for one type, and only those that match end',
    { timeout: 120_000 },
    async (count) => {
      const test = await start({ settings: { cachedRuns: 500 } });
      const request = { workspace: 'test', workflow: 'pay', trigger: { type: 'test' } };
      const runs = await Promise.all(
        Array.from({ length: count }, (_, order) => test.engine.startRun({ ...request, input: { order } })),
      );
      await settle();
      await emit(test, 'order.paid', { order: 4_321, by: 'ada' });
      const found = await test.engine.waitForRun(runs[4_321]?.run as RunId, { timeoutMs: 1 });
      expect(found).toBe('succeeded');
      const { running } = await test.engine.queries.countRuns({});
      expect(running).toBe(count - 1);
    },
  );
});

describe('a step that emits', () => {
  test('gives its event to who waits for it, in the same run as well, once for each attempt', async () => {
    const test = await start();
    const run = await test.start('both');
    await settle();
    const detail = await test.engine.getRun(run);
    const { items } = await test.engine.queries.listEvents({}, { limit: 9, after: null });
    expect(items).toMatchObject([
      { type: 'order.paid', payload: { order: 9 }, source: { type: 'run', workflow: 'sell', chain: 1 } },
    ]);
    expect(items[0]?.key).toMatch(/^millrace:emit:/);
    // The wait may have begun after the event: then it waits for the next one.
    if (detail.run.status === 'running') await emit(test, 'order.paid', { order: 9, by: 'second' });
    expect(await test.statusOf(run)).toBe('succeeded');
    expect(await test.store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 9 })).toEqual([]);
  });
});

describe('a trigger of type event', () => {
  test('starts a run for each event that it is for, and the event tells which', async () => {
    const test = await start();
    const { event } = await emit(test, 'order.sent', { order: 5, tag: 'v1' });
    const { outcome } = await test.engine.getEvent(event.id);
    expect(outcome?.failures).toEqual([]);
    expect(outcome?.runs.map(({ trigger }) => trigger)).toEqual(['sent', 'tagged']);
    const [sent, tagged] = await Promise.all((outcome?.runs ?? []).map(({ run }) => test.engine.getRun(run)));
    expect(sent).toMatchObject({
      input: { order: 5 },
      run: { trigger: { type: 'event', name: 'sent', event: event.id } },
    });
    expect(tagged?.input).toEqual({ order: 1, tag: 'v1' });
    expect((await emit(test, 'order.sent', { order: 6 })).event.id).not.toBe(event.id);
    expect((await test.engine.queries.listRuns({ workflow: 'send' }, { limit: 9, after: null })).items).toHaveLength(3);
  });

  test('starts one run however often the event is delivered, and whoever sends it again', async () => {
    const test = await start();
    await test.another('second');
    const first = await emit(test, 'order.sent', { order: 5 }, 'k');
    const again = await emit(test, 'order.sent', { order: 6 }, 'k');
    expect([again.created, again.event.id]).toEqual([false, first.event.id]);
    await test.store.events.append({
      workspace: 'test',
      type: 'order.sent',
      payload: { order: 7 },
      source: {},
      key: 'lost',
    });
    await test.clock.advance(60_000);
    const { items } = await test.engine.queries.listRuns({ workflow: 'send' }, { limit: 9, after: null });
    expect(items.map(({ startKey }) => startKey)).toEqual(['event:sent:2', 'event:sent:1']);
  });

  test('that cannot start its run says why, and does not hold up the others', async () => {
    const test = await start();
    const { event } = await emit(test, 'order.sent', { order: 'five', tag: 'v1' });
    const { outcome } = await test.engine.getEvent(event.id);
    expect(outcome?.runs.map(({ trigger }) => trigger)).toEqual(['tagged']);
    expect(outcome?.failures).toMatchObject([{ trigger: 'sent', error: { code: 'invalid_input' } }]);
    const missing = await emit(test, 'order.sent', {});
    expect((await test.engine.getEvent(missing.event.id)).outcome?.failures).toMatchObject([
      { trigger: 'sent', error: { code: 'expression' } },
    ]);
  });

  test('that leads to itself stops after a hundred events', async () => {
    const test = await start();
    await emit(test, 'echo');
    for (let turn = 0; turn < 60; turn += 1) await settle();
    const { items } = await test.engine.queries.listEvents({ type: 'echo' }, { limit: 500, after: null });
    expect(items).toHaveLength(101);
    const last = items[0];
    if (last === undefined) throw new Error('There is no event.');
    expect((await test.engine.getEvent(last.id)).outcome?.failures).toMatchObject([
      { error: { code: 'event_chain_limit' } },
    ]);
  });
});

describe('emitting', () => {
  test('refuses what is no event', async () => {
    const test = await start();
    await expect(emit(test, 'no type')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(emit(test, 'x', {}, 'millrace:emit:1')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(emit(test, 'x', { text: 'x'.repeat(300_000) })).rejects.toMatchObject({ code: 'too_large' });
    const elsewhere = { workspace: 'nowhere', type: 'x', payload: {}, source: {} };
    await expect(test.engine.emitEvent(elsewhere)).rejects.toMatchObject({
      code: 'workspace_not_found',
      hint: 'There are: test.',
    });
    await expect(test.engine.getEvent('9' as never)).rejects.toMatchObject({ code: 'event_not_found' });
  });
});
