// Workflows stand in folders and move between them; what hangs on them goes along, but runs stay where they began.
import { type Grant, isWithinReach, type Reach, type RunId, reachOf, runObject } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const text = `
actions:
  tell: { type: shell, cmd: tell }
workflows:
  load:
    steps:
      call: { action: part }
      ask: { type: approval, prompt: "Go on?", depends_on: [call] }
  part:
    steps: { never: { type: shell, cmd: x, when: 1 == 2 } }
  broken:
    steps: { work: { type: shell, cmd: "false" } }
    on_failure: [{ action: tell }]
triggers:
  nightly: { type: schedule, workflow: load, cron: "0 3 * * *" }
  push: { type: webhook, workflow: load }
`;

let test: TestEngine;
beforeEach(async () => {
  test = await startTestEngine('workflows: {}');
  await publish('r1', '.workflows/etl/nightly/all.yaml');
});
afterEach(() => test.stop());

async function publish(revision: string, path: string): Promise<void> {
  const { definitions, diagnostics } = loadDefinitions([{ path, text }]);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const source = { type: 'folder', path: '/srv' };
  await test.engine.publishWorkspace({ workspace: 'test', revision, source, definitions, diagnostics, files: null });
  await settle();
}

const reachIn = (folder: string): Reach => {
  const grants: readonly Grant[] = [{ effect: 'allow', permission: '*', where: { folder } }];
  return reachOf(
    { actor: 'ada', roles: [{ role: { name: 'r', description: '', grants }, where: {} }], scopes: null },
    'run:read',
  );
};
const start = async (workflow: string, more: Readonly<{ revision?: string; within?: Reach }> = {}): Promise<RunId> => {
  const request = { workspace: 'test', workflow, input: {}, trigger: { type: 'api' }, ...more };
  const { run } = await test.engine.startRun(request);
  await settle();
  return run;
};
const listed = async (folder: string) => {
  const { engine } = test;
  const [filter, page] = [{ reach: reachIn(folder) }, { limit: 100, after: null }];
  const [runs, approvals, schedules, deliveries] = await Promise.all([
    engine.queries.listRuns(filter, page),
    engine.listApprovals(filter, page),
    engine.queries.listSchedules(filter, page),
    engine.queries.listDeliveries(filter, page),
  ]);
  return {
    runs: runs.items.map(({ workflow }) => workflow).sort(),
    approvals: approvals.items.map(({ workflow }) => workflow),
    schedules: schedules.items.map(({ name }) => name),
    deliveries: deliveries.items.map(({ webhook }) => webhook),
  };
};
const deliver = () =>
  test.engine.webhooks.receive({
    ...{ workspace: 'test', webhook: 'push', method: 'POST', query: {}, remote: '192.0.2.1' },
    ...{ headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') },
  });
const nothing = { runs: [], approvals: [], schedules: [], deliveries: [] };

it('what hangs on a workflow is in its folder, and in those above', async () => {
  await start('load');
  await deliver();
  await settle();
  const all = { schedules: ['nightly'], deliveries: ['push'], approvals: ['load', 'load'] };
  for (const folder of ['etl', 'etl/nightly']) {
    expect(await listed(folder)).toEqual({ ...all, runs: ['load', 'load', 'part', 'part'] });
  }
  for (const folder of ['nightly', 'etl/night', 'web']) expect(await listed(folder)).toEqual(nothing);
  expect((await test.engine.webhooks.list({}))[0]?.folder).toBe('etl/nightly');
});

it('when it moves, what is to come moves along, and what was stays', async () => {
  const before = await start('load');
  await deliver();
  await settle();
  await publish('r2', '.workflows/web/all.yaml');
  expect(await listed('web')).toEqual({ ...nothing, schedules: ['nightly'] });
  expect(await listed('etl')).toMatchObject({ schedules: [], deliveries: ['push'], approvals: ['load', 'load'] });
  await start('load');
  await deliver();
  await settle();
  expect(await listed('web')).toMatchObject({ runs: ['load', 'load', 'part', 'part'], deliveries: ['push'] });
  // A child that starts now is of the revision of its run, and in the folder that it had there.
  expect((await test.engine.getRun(before)).run.folder).toBe('etl/nightly');
  await publish('r3', '.workflows/all.yaml');
  expect(await listed('web')).toMatchObject({ schedules: [] });
  const after = await start('load');
  expect((await test.engine.getRun(after)).run.folder).toBeUndefined();
});

it('the run of an action that a hook calls is where the action is written', async () => {
  const hand = test.worker('w');
  await hand.sync();
  await start('broken');
  await hand.sync();
  await hand.fail('work');
  expect((await listed('etl/nightly')).runs).toEqual(['broken', 'tell']);
});

describe('nobody gets from his folder into another', () => {
  const forbidden = { code: 'forbidden', message: expect.stringContaining('in the folder ') };

  it('by starting another revision', async () => {
    await publish('r2', '.workflows/web/all.yaml');
    await expect(start('load', { within: reachIn('etl') })).rejects.toMatchObject(forbidden);
    await expect(start('load', { within: reachIn('web'), revision: 'r1' })).rejects.toMatchObject(forbidden);
    const run = await start('load', { within: reachIn('web') });
    expect(isWithinReach(reachIn('web'), runObject((await test.engine.getRun(run)).run))).toBe(true);
  });

  it('by repeating a run with another plan', async () => {
    const run = await start('part');
    await publish('r2', '.workflows/web/all.yaml');
    const request = { from: [{ type: 'start' as const }], within: reachIn('etl') };
    await expect(test.engine.rerunRun(run, { ...request, plan: 'live' })).rejects.toMatchObject(forbidden);
    const again = await test.engine.rerunRun(run, { ...request, plan: 'same' });
    expect((await test.engine.getRun(again.run)).run.folder).toBe('etl/nightly');
  });

  it('by delivering again', async () => {
    await deliver();
    await publish('r2', '.workflows/web/all.yaml');
    const [first] = (await test.engine.queries.listDeliveries({}, { limit: 1, after: null })).items;
    const again = (folder: string) => test.engine.webhooks.redeliver(first?.id ?? '', 'ada', reachIn(folder));
    await expect(again('etl')).rejects.toMatchObject({ code: 'forbidden' });
    await again('web');
    expect((await listed('web')).deliveries).toEqual(['push']);
  });
});
