import { describe, expect, test } from 'vitest';
import { explainingEngines, shapeOf } from '../../test/explaining-engine.ts';

const start = explainingEngines();

describe('steps entered by transitions', () => {
  test('say which steps may still lead to them, and that none will when it is so', async () => {
    const { start: run, worker, explain, reasonOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('branches');
    await hand.sync();
    expect(shapeOf(await explain(id))).toEqual([
      [null, -1, 'steps_open'],
      ['begin', -1, 'running'],
      ['left', -1, 'waiting_for_transition'],
      ['right', -1, 'waiting_for_transition'],
      ['end', -1, 'waiting_for_transition'],
      ['report', -1, 'waiting_for_dependencies'],
    ]);
    const left = await reasonOf(id, 'waiting_for_transition', 'left');
    expect(left.from).toEqual([{ step: 'begin', reason: 'running' }]);
    expect(left.changes).toMatchObject([{ by: 'run', command: `millrace explain ${id} begin` }]);
    expect((await reasonOf(id, 'waiting_for_transition', 'end')).from).toEqual([
      { step: 'left', reason: 'waiting_for_transition' },
      { step: 'right', reason: 'waiting_for_transition' },
    ]);
    expect((await reasonOf(id, 'waiting_for_dependencies', 'report')).dependencies).toEqual([
      { step: 'end', reason: 'waiting_for_transition' },
    ]);
    await hand.succeed('begin', { way: 'left' });
    const right = await reasonOf(id, 'waiting_for_transition', 'right');
    expect(right).toMatchObject({ from: [], changes: [] });
    expect(right.message).toBe('Step right was not reached: nothing that is under way leads to it.');
    expect((await explain(id)).map(({ step }) => step)).toEqual([null, 'left', 'end', 'report']);
  });

  test('of a join name what arrived, what may still come, and why it has not', async () => {
    const { start: run, worker, explain, reasonOf, engine } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('joined');
    await hand.sync();
    await hand.succeed('begin');
    await hand.succeed('unit');
    const answer = await reasonOf(id, 'waiting_for_join', 'ship');
    expect(answer).toMatchObject({
      needed: 3,
      arrived: ['unit'],
      missing: [
        { step: 'lint', reason: 'running' },
        { step: 'docs', reason: 'waiting_for_transition' },
      ],
    });
    expect(answer.message).toBe(
      'Step ship joins all: 1 of 3 arrived, from unit; it waits for lint (running) and docs (waiting_for_transition).',
    );
    expect(shapeOf(await explain(id)).at(-1)).toEqual(['ship', -1, 'waiting_for_join']);
    await engine.cancelRun(id, { by: 'me', reason: null, force: false });
    expect((await explain(id)).map(({ step, reason }) => [step, reason])).toEqual([
      [null, 'cancelling'],
      ['lint', 'cancelling'],
    ]);
    expect(await reasonOf(id, 'waiting_for_transition', 'ship')).toMatchObject({ from: [] });
  });

  test('in a loop are told by their iteration', async () => {
    const { start: run, worker, explain } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('loop');
    await hand.sync();
    await hand.succeed('begin');
    await hand.succeed('again');
    expect(await explain(id, { step: 'again' })).toMatchObject([{ step: 'again', iteration: 1, reason: 'running' }]);
    expect(await explain(id, { step: 'begin' })).toMatchObject([{ reason: 'ended', status: 'succeeded' }]);
  });

  test('that ended the run say so to those that are stopped for it', async () => {
    const { start: run, worker, reasonOf } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('first-wins');
    await hand.sync();
    await hand.succeed('quick');
    expect(await reasonOf(id, 'cancelling', 'slow')).toMatchObject({
      why: 'succeed',
      message: expect.stringContaining('a transition ended the run as succeeded'),
    });
  });
});
