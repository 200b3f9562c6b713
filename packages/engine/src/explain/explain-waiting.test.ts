import { describe, expect, test } from 'vitest';
import { begin, createGate, explainingEngines, shapeOf } from '../../test/explaining-engine.ts';

const start = explainingEngines();

describe('time', () => {
  test('a delay', async () => {
    const { start: run, reasonOf } = await start();
    const answer = await reasonOf(await run('later'), 'delay');
    expect(answer).toMatchObject({ until: begin + 3_600_000, changes: [{ by: 'clock', at: begin + 3_600_000 }] });
    expect(answer.message).toBe('Step only is delayed until 2026-01-01T01:00:00.000Z (in 1h).');
  });

  test('a look into the cache, which is over in a moment', async () => {
    const { start: run, reasonOf, statusOf, store, worker } = await start();
    const { find } = store.cache;
    const { promise, resolve } = Promise.withResolvers<void>();
    Object.assign(store.cache, { find: (...keys: Parameters<typeof find>) => promise.then(() => find(...keys)) });
    const id = await run('kept');
    const answer = await reasonOf(id, 'looking_up_cache');
    expect(answer).toMatchObject({ since: begin, changes: [{ by: 'engine', at: null }] });
    expect(answer.message).toMatch(/^Step only is looked up in the cache, since /);
    resolve();
    const hand = worker('w');
    await hand.sync();
    await hand.sync();
    await hand.succeed('only', 7);
    expect(await statusOf(id)).toBe('succeeded');
    const again = await run('kept');
    expect(await reasonOf(again, 'ended')).toMatchObject({ status: 'succeeded', why: 'cached' });
  });

  test('a timer', async () => {
    const { start: run, reasonOf, clock } = await start();
    const id = await run('sleepy');
    await clock.advance(1_000);
    const until = begin + 30 * 86_400_000;
    expect(await reasonOf(id, 'timer')).toMatchObject({ since: begin, until, changes: [{ by: 'clock', at: until }] });
  });

  test('a retry, with the try that failed and why', async () => {
    const { start: run, worker, reasonOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('retried');
    await hand.sync();
    await hand.fail('only', 'no disk');
    const answer = await reasonOf(id, 'retry_backoff');
    expect(answer).toMatchObject({ attempt: 2, tries: 1, maxTries: 3, error: { message: 'no disk' } });
    expect(answer.until).toBeGreaterThan(begin);
    expect(answer.message).toContain('1 of 3 tries are used up. Attempt 1 failed: no disk [exit_code]');
  });

  test('limits are told as deadlines, the next one first', async () => {
    const { explain, start: run, worker, reasonOf } = await start();
    const id = await run('bounded');
    expect((await reasonOf(id, 'waiting_for_worker')).deadlines).toEqual([
      { kind: 'queue_timeout', at: begin + 10_000 },
      { kind: 'step_timeout', at: begin + 60_000 },
      { kind: 'run_timeout', at: begin + 120_000 },
    ]);
    const hand = worker('w');
    await hand.sync();
    await hand.sync();
    expect((await reasonOf(id, 'running')).deadlines).toEqual([
      { kind: 'attempt_timeout', at: begin + 20_000 },
      { kind: 'step_timeout', at: begin + 60_000 },
      { kind: 'run_timeout', at: begin + 120_000 },
    ]);
    expect((await explain(id))[0]?.deadlines).toEqual([{ kind: 'run_timeout', at: begin + 120_000 }]);
  });
});

describe('a child run', () => {
  test('is named with its status: before it is there, while it runs, and when its end was not passed on yet', async () => {
    const commits = createGate();
    const { start: run, reasonOf, explain, worker, statusOf } = await start({ wrap: commits.wrap });
    const hand = worker('w');
    commits.close((commit) => commit.create?.origin.parent != null);
    const id = await run('parent');
    const starting = await reasonOf(id, 'child_run', 'child');
    expect(starting).toMatchObject({ since: begin, child: null, changes: [{ by: 'engine' }] });
    await commits.open();

    const going = await reasonOf(id, 'child_run', 'child');
    const child = going.child?.run;
    expect(going).toMatchObject({ child: { status: 'running' } });
    expect(going.message).toContain(`for child run ${child}, which is running.`);
    expect(going.changes).toEqual([
      { by: 'run', what: `Run ${child} ends.`, at: null, command: `millrace explain ${child}` },
    ]);
    expect(shapeOf(await explain(child ?? id))).toEqual([
      [null, -1, 'steps_open'],
      ['only', -1, 'waiting_for_worker'],
    ]);

    commits.close((commit) => commit.id === id);
    await hand.sync();
    await hand.sync();
    await hand.succeed('only');
    const over = await reasonOf(id, 'child_run', 'child');
    expect(over).toMatchObject({ child: { run: child, status: 'succeeded' }, changes: [{ by: 'engine' }] });
    await commits.open();
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('of an item is named as well', async () => {
    const { start: run, explain } = await start();
    const id = await run('parents');
    const [whole, ...items] = await explain(id, { step: 'each' });
    expect(whole).toMatchObject({ reason: 'items_open', open: 3, groups: [{ reason: 'child_run', count: 3 }] });
    const children = items.map((answer) => (answer.reason === 'child_run' ? answer.child?.run : null));
    expect(new Set(children).size).toBe(3);
    expect(await explain(id, { step: 'each', item: 1 })).toMatchObject([{ item: 1, child: { run: children[1] } }]);
  });
});
