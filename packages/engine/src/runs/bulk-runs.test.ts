import type { AttemptResult, RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { BulkRequest } from './bulk-runs.ts';

const yaml = `
workflows:
  one:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, depends_on: [first], cmd: "true" }
  parent:
    steps:
      child: { type: workflow, workflow: one }
`;

let open: TestEngine | null = null;
async function start() {
  open = await startTestEngine(yaml);
  const hand = open.worker('w', { slots: 20 });
  await hand.sync();
  return { ...open, hand };
}
afterEach(async () => {
  expect(open?.errors).toEqual([]);
  await open?.stop();
  open = null;
});

const failure: AttemptResult = { status: 'failed', error: { code: 'exit_code', message: 'No.' }, durationMs: 1 };
const request = (own: Partial<BulkRequest> & Pick<BulkRequest, 'action'>): BulkRequest => ({
  filter: {},
  by: 'ada',
  reason: null,
  force: false,
  plan: 'same',
  limit: 100,
  after: null,
  dryRun: false,
  ...own,
});

async function failedRuns(world: Awaited<ReturnType<typeof start>>, count: number): Promise<readonly RunId[]> {
  const ids: RunId[] = [];
  for (let at = 0; at < count; at += 1) {
    ids.push(await world.start('one'));
    await world.hand.sync();
    await world.hand.sync([{ of: world.hand.take('first'), result: failure }]);
  }
  return ids;
}

describe('retrying in bulk', () => {
  test('retries each run that matches once, however often it is asked, and then the re-runs that failed', async () => {
    const world = await start();
    const { engine, hand } = world;
    const ids = await failedRuns(world, 3);
    const first = await engine.bulkRuns(request({ action: 'retry' }));
    expect(first.outcomes.map(({ run, outcome }) => [run, outcome])).toEqual(
      ids.toReversed().map((run) => [run, 'done']),
    );
    const again = await engine.bulkRuns(request({ action: 'retry' }));
    expect(again.outcomes.map((one) => ('rerun' in one ? [one.outcome, one.rerun] : []))).toEqual(
      first.outcomes.map((one) => ('rerun' in one ? ['unchanged', one.rerun] : [])),
    );
    await hand.sync();
    await hand.sync([{ of: hand.take('first'), result: failure }]);
    const third = await engine.bulkRuns(request({ action: 'retry' }));
    expect(third.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'unchanged', 'unchanged', 'unchanged']);
    expect((await engine.queries.listRuns({}, { limit: 100, after: null })).items.length).toBe(7);
  });

  test('at the same time through two servers gives each run one re-run', async () => {
    const world = await start();
    const ids = await failedRuns(world, 4);
    const other = await world.another('second');
    await Promise.all([
      world.engine.bulkRuns(request({ action: 'retry' })),
      other.bulkRuns(request({ action: 'retry' })),
    ]);
    for (const id of ids) expect((await world.engine.getRun(id)).reruns.length).toBe(1);
  });

  test('says in a dry run what it would do, and goes page by page', async () => {
    const world = await start();
    await failedRuns(world, 3);
    await world.engine.rerunRun('2' as RunId, { from: [{ type: 'failed' }] });
    await settle();
    const page = await world.engine.bulkRuns(request({ action: 'retry', dryRun: true, limit: 2 }));
    const rest = await world.engine.bulkRuns(request({ action: 'retry', dryRun: true, limit: 2, after: page.next }));
    expect([...page.outcomes, ...rest.outcomes].map(({ outcome }) => outcome)).toEqual([
      'planned',
      'unchanged',
      'planned',
    ]);
    expect(rest.next).toBeNull();
    expect((await world.engine.queries.listRuns({}, { limit: 100, after: null })).items.length).toBe(4);
  });

  test('leaves child runs to their parents', async () => {
    const world = await start();
    const parent = await world.start('parent');
    await world.hand.sync();
    await world.hand.sync([{ of: world.hand.take('first'), result: failure }]);
    const { outcomes } = await world.engine.bulkRuns(request({ action: 'retry' }));
    expect(outcomes.map(({ run }) => run)).toEqual([parent]);
  });
});

describe('pausing, resuming and cancelling in bulk', () => {
  test('acts on the runs that it is for, by the filter', async () => {
    const world = await start();
    const { engine } = world;
    const ids = [await world.start('one'), await world.start('one'), await world.start('parent')];
    const paused = await engine.bulkRuns(request({ action: 'pause', filter: { workflow: 'one' }, reason: 'night' }));
    expect(paused.outcomes.map(({ run, outcome }) => [run, outcome])).toEqual([
      [ids[1], 'done'],
      [ids[0], 'done'],
    ]);
    expect(await world.statusOf(ids[0] as RunId)).toBe('paused');
    const resumed = await engine.bulkRuns(request({ action: 'resume' }));
    expect(resumed.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    const cancelled = await engine.bulkRuns(request({ action: 'cancel', force: true }));
    expect(cancelled.outcomes.length).toBe(3);
    await settle();
    for (const id of ids) expect(await world.statusOf(id)).toBe('cancelled');
    expect((await engine.bulkRuns(request({ action: 'cancel' }))).outcomes).toEqual([]);
  });

  test('tells a run that moved on meanwhile, and one that is being cancelled already', async () => {
    const world = await start();
    const { engine, hand } = world;
    const run = await world.start('one');
    await hand.sync();
    await engine.cancelRun(run, { by: 'bob', reason: null, force: false });
    expect((await engine.bulkRuns(request({ action: 'cancel' }))).outcomes).toMatchObject([{ outcome: 'unchanged' }]);
    expect((await engine.bulkRuns(request({ action: 'pause' }))).outcomes).toMatchObject([{ outcome: 'unchanged' }]);
  });

  test('is refused for runs that the action is not for', async () => {
    const { engine } = await start();
    await expect(engine.bulkRuns(request({ action: 'retry', filter: { status: ['running'] } }))).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'Runs that are running are nothing to retry.',
      hint: 'Name other statuses: failed, timed_out, cancelled.',
    });
  });
});

test('what is refused for one run is told, and does not keep the others', async () => {
  const world = await start();
  const ids = await failedRuns(world, 2);
  await world.publish('workflows: { other: { steps: { a: { type: shell, cmd: "true" } } } }', 'r2');
  const { outcomes } = await world.engine.bulkRuns(request({ action: 'retry', plan: 'live' }));
  expect(outcomes).toMatchObject(
    ids.toReversed().map((run) => ({ run, outcome: 'failed', error: { code: 'workflow_not_found' } })),
  );
});
