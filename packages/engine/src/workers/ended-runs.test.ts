import { maxEndedRuns, type RunId, runId } from '@millrace/core';
import { afterEach, expect, test } from 'vitest';
import { startTestEngine, type TestEngine } from '../../test/test-engine.ts';

let open: TestEngine | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

test('a worker learns with one look into the store which of its runs have ended, and which nobody knows', async () => {
  const asked: (readonly RunId[])[] = [];
  open = await startTestEngine('workflows: { w: { steps: { only: { type: wait, for: 1h } } } }', {
    wrap: (store) => ({
      ...store,
      runs: {
        ...store.runs,
        status: () => Promise.reject(new Error('It asks run by run.')),
        statuses(runs) {
          asked.push(runs);
          return store.runs.statuses(runs);
        },
      },
    }),
  });
  const { engine, start } = open;
  const [going, over] = [await start('w'), await start('w')];
  await engine.cancelRun(over, { by: 'ada', reason: null, force: true });
  const unknown = runId('999');
  expect(await engine.workers.endedRuns([going, unknown, over])).toEqual({ ended: [over], unknown: [unknown] });
  expect(asked).toEqual([[going, unknown, over]]);
  const tooMany = Array.from({ length: maxEndedRuns + 1 }, (_, index) => runId(String(index + 1)));
  await expect(engine.workers.endedRuns(tooMany)).rejects.toMatchObject({ code: 'invalid_request' });
});
