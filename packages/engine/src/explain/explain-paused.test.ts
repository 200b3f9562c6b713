import { describe, expect, test } from 'vitest';
import { begin, explainingEngines, shapeOf } from '../../test/explaining-engine.ts';
import { settle } from '../../test/test-engine.ts';

const start = explainingEngines();

describe('a paused run', () => {
  test('says by whom, since when and why, what is held, what goes on, and the command that resumes it', async () => {
    const { engine, explain, start: run, worker, clock } = await start();
    const hand = worker('w', { slots: 1 });
    await hand.sync();
    const id = await run('two');
    await hand.sync();
    await engine.pauseRun(id, { by: 'ada', reason: 'Maintenance.' });
    await clock.advance(5_000);
    const answers = await explain(id);
    expect(shapeOf(answers)).toEqual([
      [null, -1, 'paused'],
      ['first', -1, 'running'],
      ['other', -1, 'held'],
      ['second', -1, 'waiting_for_dependencies'],
      ['third', -1, 'waiting_for_dependencies'],
    ]);
    expect(answers[0]).toMatchObject({
      since: begin,
      pausedBy: 'ada',
      comment: 'Maintenance.',
      withParent: false,
      held: 1,
      underWay: 1,
      waiting: 2,
    });
    expect(answers[0]?.message).toBe(
      `Run ${id} of test/two is paused since 2026-01-01T00:00:00.000Z (5s ago): ada paused the run (Maintenance.). ` +
        'Nothing begins in it; 1 step is held. What was under way goes on: first (running).',
    );
    expect(answers[0]?.changes.map(({ by, command }) => [by, command])).toEqual([
      ['person', `millrace run resume ${id}`],
      ['person', `millrace run cancel ${id}`],
    ]);
    expect(answers[2]).toMatchObject({
      since: begin,
      message: 'Step other is held since 2026-01-01T00:00:00.000Z (5s ago): ada paused the run (Maintenance.).',
      changes: [{ by: 'person', command: `millrace run resume ${id}` }],
    });
  });

  test('says since when it holds what came due during the pause', async () => {
    const { engine, reasonOf, start: run, clock } = await start();
    const id = await run('later');
    await engine.pauseRun(id, { by: 'ada', reason: null });
    expect((await reasonOf(id, 'delay')).until).toBe(begin + 3_600_000);
    await clock.advance(3_602_000);
    const { since } = await reasonOf(id, 'held');
    expect(since).toBeGreaterThanOrEqual(begin + 3_600_000);
  });

  test('holds items, and starts none', async () => {
    const { engine, explain, start: run, worker } = await start();
    const hand = worker('w', { slots: 1 });
    await hand.sync();
    const id = await run('many');
    await hand.sync();
    await engine.pauseRun(id, { by: 'ada', reason: null });
    await hand.succeed('each', null, 0);
    const [whole, ...items] = await explain(id, { step: 'each' });
    expect(whole).toMatchObject({
      reason: 'items_open',
      open: 1,
      notStarted: 4,
      groups: [{ reason: 'held', count: 1 }],
    });
    expect(whole?.message).toContain('4 items wait: the run is paused.');
    expect(whole?.changes[0]).toMatchObject({ command: `millrace run resume ${id}` });
    expect(items).toMatchObject([{ item: 1, reason: 'held' }]);
    expect(await explain(id, { step: 'each', item: 4 })).toMatchObject([{ item: 4, reason: 'held' }]);
  });

  test('that was paused with its parent names it', async () => {
    const { engine, explain, start: run, store } = await start();
    const id = await run('parent');
    await engine.pauseRun(id, { by: 'ada', reason: null });
    await settle();
    const [child] = await store.runs.liveChildren(id);
    const [answer] = await explain(child ?? id);
    expect(answer).toMatchObject({ reason: 'paused', withParent: true });
    expect(answer?.message).toContain(`ada paused its parent, run ${id}.`);
    expect(answer?.changes.map(({ command }) => command)).toEqual([
      `millrace run resume ${id}`,
      `millrace run resume ${child}`,
      `millrace run cancel ${child}`,
    ]);
  });
});
