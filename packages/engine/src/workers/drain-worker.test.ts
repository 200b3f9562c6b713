import { workerId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { HandWorker, settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = `
workflows:
  two:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, depends_on: [first], cmd: "true" }
  one:
    steps:
      only: { type: shell, cmd: "true" }
`;

let open: TestEngine | null = null;
const start = async () => {
  open = await startTestEngine(yaml);
  return open;
};
afterEach(async () => {
  expect(open?.errors ?? []).toEqual([]);
  await open?.stop();
  open = null;
});

describe('a worker that drains', () => {
  test('gets nothing new, and reports what it holds; another goes on', async () => {
    const { worker, start: run, statusOf, engine } = await start();
    const hand = worker('hand');
    await hand.sync();
    const id = await run('two');
    await hand.sync();
    await engine.drainWorker(workerId('hand'), true);
    await run('one');
    await hand.succeed('first');
    expect(hand.assignments.map(({ stepName }) => stepName)).toEqual(['first']);
    const other = worker('other');
    await other.sync();
    await other.sync();
    expect(other.assignments.map(({ stepName }) => stepName).sort()).toEqual(['only', 'second']);
    await other.succeed('second');
    expect(await statusOf(id)).toBe('succeeded');
  });

  test('gets what is ready as soon as it is resumed', async () => {
    const { worker, start: run, engine } = await start();
    const hand = worker('hand');
    await hand.sync();
    await engine.drainWorker(workerId('hand'), true);
    await run('one');
    await hand.sync();
    expect(hand.assignments).toEqual([]);
    await engine.drainWorker(workerId('hand'), false);
    await settle();
    await hand.sync();
    expect(hand.take('only').attempt).toBe(1);
  });

  test('is known as such by the other servers, also by one that starts later', async () => {
    const { another, start: run, engine, clock } = await start();
    const other = await another('second');
    const hand = new HandWorker(other.workers, 'hand');
    await hand.sync();
    await engine.drainWorker(workerId('hand'), true);
    await clock.advance(3_000); // The second server renews the leases of its workers.
    await run('one');
    await hand.sync();
    expect(hand.assignments).toEqual([]);
    const third = await another('third');
    const moved = new HandWorker(third.workers, 'hand');
    await moved.sync();
    await moved.sync();
    expect(moved.assignments).toEqual([]);
    await third.drainWorker(workerId('hand'), false);
    await settle();
    await moved.sync();
    expect(moved.take('only').attempt).toBe(1);
  });

  test('has to be there', async () => {
    const { engine } = await start();
    await expect(engine.drainWorker(workerId('nobody'), true)).rejects.toMatchObject({ code: 'not_found' });
  });
});
