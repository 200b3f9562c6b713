import { expect, test } from 'vitest';
import { explainingEngines, shapeOf } from '../../test/explaining-engine.ts';

const start = explainingEngines();

test('items are told by their reasons: how many, a few of them, and why the first of them does not go on', async () => {
  const { start: run, worker, explain } = await start();
  const hand = worker('w', { slots: 3 });
  await hand.sync();
  const id = await run('a-hundred');
  await hand.sync();
  // Long enough that the worker is given none ahead.
  const result = { status: 'failed', error: { code: 'exit_code', message: 'No.' }, durationMs: 600_000 } as const;
  await hand.sync([{ of: hand.take('each', 1), result }]);
  await hand.sync();
  const [, each] = await explain(id);
  expect(each).toMatchObject({
    reason: 'items_open',
    open: 100,
    groups: [
      { reason: 'waiting_for_worker', count: 96, items: [4, 5, 6, 7, 8] },
      { reason: 'running', count: 3, items: [0, 2, 3] },
      { reason: 'retry_backoff', count: 1, items: [1] },
    ],
  });
  if (each?.reason !== 'items_open') return;
  const [waiting, running, retry] = each.groups;
  expect(waiting?.message).toContain('Item 4 of step each waits for a worker');
  expect(waiting?.changes[0]).toMatchObject({ by: 'worker' });
  expect(running?.message).toContain('Item 0 of step each runs on worker w');
  expect(retry?.message).toContain('Item 1 of step each waits for attempt 2');
  expect(each.message).toContain('100 under way (96 waiting_for_worker, 3 running and 1 retry_backoff)');
});

test('a step is told with examples of each reason, and any of its items by itself', async () => {
  const { start: run, worker, engine, explain } = await start();
  const hand = worker('w', { slots: 1 });
  await hand.sync();
  const id = await run('a-hundred');
  await hand.sync();
  const { answers, more } = await engine.explain(id, { step: 'each' });
  expect(shapeOf(answers)).toEqual([
    ['each', -1, 'items_open'],
    ...[1, 2, 3, 4, 5].map((item) => ['each', item, 'waiting_for_worker']),
    ['each', 0, 'running'],
  ]);
  expect(more).toBe(94);
  expect(await explain(id, { step: 'each', item: 77 })).toMatchObject([{ item: 77, reason: 'waiting_for_worker' }]);
});

test('the child runs of the examples are looked up, and no others', async () => {
  let lookups = 0;
  const { start: run, explain } = await start({
    wrap: (store) => ({
      ...store,
      runs: {
        ...store.runs,
        async findByStartKey(...key) {
          lookups += 1;
          return store.runs.findByStartKey(...key);
        },
      },
    }),
  });
  const id = await run('many-parents');
  lookups = 0;
  const [, each] = await explain(id);
  expect(each).toMatchObject({ groups: [{ reason: 'child_run', count: 20, items: [0, 1, 2, 3, 4] }] });
  if (each?.reason === 'items_open') expect(each.groups[0]?.message).toContain('waits');
  const items = (await explain(id, { step: 'each' })).slice(1);
  expect(items).toMatchObject([0, 1, 2, 3, 4].map((item) => ({ item, child: { status: 'running' } })));
  expect(lookups).toBe(10);
});
