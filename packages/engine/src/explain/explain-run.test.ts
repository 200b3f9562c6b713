import { describe, expect, test } from 'vitest';
import { begin, explainingEngines, shapeOf } from '../../test/explaining-engine.ts';

const start = explainingEngines();

describe('a run', () => {
  test('tells of itself, of what is under way, and then of what waits for that', async () => {
    const { explain, start: run, worker, engine } = await start();
    const hand = worker('w', { slots: 1 });
    await hand.sync();
    const id = await run('two');
    const answers = await explain(id);
    expect(shapeOf(answers)).toEqual([
      [null, -1, 'steps_open'],
      ['first', -1, 'running'],
      ['other', -1, 'waiting_for_worker'],
      ['second', -1, 'waiting_for_dependencies'],
      ['third', -1, 'waiting_for_dependencies'],
    ]);
    expect(answers[0]).toMatchObject({ underWay: 2, waiting: 2, ended: 0, total: 4 });
    expect(answers[0]?.message).toContain('first (running) and other (waiting_for_worker). 2 steps wait for others.');
    expect(answers[0]?.changes.at(-1)).toMatchObject({ by: 'person', command: `millrace run cancel ${id}` });
    expect(await engine.explain(id)).toMatchObject({ run: id, status: 'running', at: begin, more: 0 });
  });

  test('that has ended says how, and so do its steps', async () => {
    const { explain, start: run, worker } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('never');
    await hand.sync();
    expect(await explain(id, { step: 'skipped' })).toMatchObject([
      { reason: 'ended', status: 'skipped', why: 'condition_false', changes: [] },
    ]);
    await hand.fail('only', 'no disk');
    const [answer, ...rest] = await explain(id);
    expect(rest).toEqual([]);
    expect(answer).toMatchObject({ reason: 'ended', status: 'failed', changes: [], deadlines: [] });
    expect(answer?.message).toMatch(/has ended as failed at 2026-01-01.*no disk/);
    expect(await explain(id, { step: 'only' })).toMatchObject([{ reason: 'ended', error: { message: 'no disk' } }]);
  });

  test('step or item that there is not is refused with what there is', async () => {
    const { engine, start: run } = await start();
    const id = await run('many');
    await expect(engine.explain('999' as typeof id)).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(engine.explain(id, { step: 'eech' })).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('each'),
    });
    await expect(engine.explain(id, { step: 'each', item: 6 })).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.explain(id, { step: 'after', item: 0 })).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.explain(id, { item: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('waiting for dependencies', () => {
  test('names those that have not ended, and what they do', async () => {
    const { start: run, worker, reasonOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('two');
    await hand.sync();
    const both = await reasonOf(id, 'waiting_for_dependencies', 'second');
    expect(both.dependencies).toEqual([
      { step: 'first', reason: 'running' },
      { step: 'other', reason: 'running' },
    ]);
    await hand.succeed('first');
    const one = await reasonOf(id, 'waiting_for_dependencies', 'second');
    expect(one.dependencies).toEqual([{ step: 'other', reason: 'running' }]);
    expect(one.message).toBe('Step second waits for other (running) to end.');
    expect(one.changes).toMatchObject([{ by: 'run', command: `millrace explain ${id} other` }]);
    expect((await reasonOf(id, 'waiting_for_dependencies', 'third')).dependencies).toEqual([
      { step: 'second', reason: 'waiting_for_dependencies' },
    ]);
  });
});

describe('items', () => {
  test('are counted by what they do, and those that wait for room say how many are ahead', async () => {
    const { start: run, worker, explain } = await start();
    const hand = worker('w', { slots: 1 });
    await hand.sync();
    const id = await run('many');
    await hand.sync();
    await hand.succeed('each', null, 0);
    const answers = await explain(id, { step: 'each' });
    expect(shapeOf(answers)).toEqual([
      ['each', -1, 'items_open'],
      ['each', 1, 'running'],
      ['each', 2, 'running'],
    ]);
    expect(answers[0]).toMatchObject({ total: 6, succeeded: 1, open: 2, notStarted: 3, concurrency: 2 });
    expect(answers[0]).toMatchObject({ groups: [{ reason: 'running', count: 2, items: [1, 2] }] });
    expect(await explain(id, { step: 'each', item: 0 })).toMatchObject([
      { item: 0, reason: 'ended', status: 'succeeded' },
    ]);
    expect(await explain(id, { step: 'each', item: 3 })).toMatchObject([
      { item: 3, reason: 'waiting_for_items', open: 2, concurrency: 2, ahead: 0 },
    ]);
    expect(await explain(id, { step: 'each', item: 5 })).toMatchObject([{ item: 5, ahead: 2 }]);
  });

  test('of a step that has not begun wait for what it waits for', async () => {
    const { start: run, explain } = await start();
    const id = await run('items-later');
    expect(await explain(id, { step: 'each', item: 2 })).toMatchObject([
      { item: 2, reason: 'waiting_for_dependencies', dependencies: [{ step: 'first', reason: 'waiting_for_worker' }] },
    ]);
  });

  test('that never started end with their step, as cancelled', async () => {
    const { start: run, worker, explain, engine, clock } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('many');
    await hand.sync();
    await engine.cancelRun(id, { by: 'me', reason: null, force: false });
    const [stopping] = await explain(id, { step: 'each', item: 5 });
    expect(stopping).toMatchObject({ item: 5, reason: 'cancelling', holder: null });
    expect(stopping?.message).toContain('Item 5 of step each, which has not started, is being stopped');
    await clock.advance(40_000);
    expect(await explain(id, { step: 'each', item: 5 })).toMatchObject([
      { item: 5, reason: 'ended', status: 'cancelled' },
    ]);
    await expect(engine.explain(id, { step: 'each', item: 6 })).rejects.toMatchObject({ code: 'not_found' });
  });
});
