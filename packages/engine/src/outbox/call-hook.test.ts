import type { RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = `
actions:
  tell:
    type: shell
    cmd: "echo {{ input.text }}"
    input: { text: { type: string, required: true } }
  strict:
    type: shell
    cmd: "true"
    input: { n: { type: integer, required: true } }
workflows:
  release:
    steps:
      build: { type: shell, cmd: "true" }
    on_failure:
      - { action: tell, input: { text: "{{ run.workflow }} {{ run.status }}: {{ run.error.message }}" } }
      - { action: cleanup }
      - { action: strict, input: { n: "{{ run.status }}" } }
    on_success: [{ action: tell, input: { text: done } }]
    on_cancel: [{ action: tell, input: { text: "cancelled after {{ run.duration }}" } }]
    on_suspend: [{ action: tell, input: { text: "{{ hook.reason }} {{ hook.step }}" } }]
  cleanup:
    steps:
      sweep: { type: shell, cmd: "true" }
      child: { type: workflow, workflow: inner }
  inner:
    steps:
      x: { type: shell, cmd: "true" }
    on_failure: [{ action: tell, input: { text: inner } }]
  outer:
    steps:
      call: { type: workflow, workflow: inner }
  asking:
    steps:
      ask: { type: approval, prompt: "Go?" }
    on_suspend: [{ action: tell, input: { text: "{{ hook.step }}: {{ hook.prompt }}" } }]
on_failure: [{ action: tell, input: { text: "workspace: {{ run.workflow }}" } }]
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

const hooksOf = async ({ engine }: TestEngine, run: RunId) => {
  await settle();
  const { hooks } = await engine.getRun(run);
  return Promise.all(
    hooks.map(async ({ hook, action, ofWorkspace, run: called, error }) => ({
      call: `${ofWorkspace ? 'workspace ' : ''}${hook} ${action}`,
      input: called === null ? null : (await engine.getRun(called)).input,
      error: error?.code ?? null,
    })),
  );
};

describe('a hook', () => {
  test('gets a run of its own when its run ends, linked to it, and what becomes of it is seen there', async () => {
    const it = await start();
    const hand = it.worker('w');
    await hand.sync();
    const run = await it.start('release');
    await hand.sync();
    await hand.fail('build', 'No disk.');
    expect(await hooksOf(it, run)).toEqual([
      { call: 'on_failure tell', input: { text: 'release failed: No disk.' }, error: null },
      { call: 'on_failure cleanup', input: {}, error: null },
      { call: 'on_failure strict', input: null, error: 'invalid_input' },
      { call: 'workspace on_failure tell', input: { text: 'workspace: release' }, error: null },
    ]);
    const [tell] = (await it.engine.getRun(run)).hooks;
    const called = await it.engine.getRun(tell?.run ?? run);
    expect(called.run).toMatchObject({
      workflow: 'tell',
      parent: null,
      depth: 0,
      trigger: { type: 'hook', hook: 'on_failure', run, workflow: 'release', calls: 'action' },
    });
    await hand.fail('tell', 'Nobody listens.');
    expect(await it.statusOf(run)).toBe('failed');
    expect((await it.engine.getRun(run)).hooks.filter(({ status }) => status === 'failed')).toHaveLength(1);
    const [answer] = (await it.engine.explain(run)).answers;
    expect(answer?.message).toMatch(/on_failure called tell: run \d+ \(\w+\); on_failure called cleanup: run \d+/);
    expect(answer?.message).toContain('on_failure could not call strict: The input of strict is wrong.');
    expect(answer).toMatchObject({ reason: 'ended', hooks: [{ run: tell?.run }, {}, { run: null }, {}] });
  });

  test('that fails calls no hooks, and neither do the runs below it', async () => {
    const it = await start();
    const hand = it.worker('w', { slots: 20 });
    await hand.sync();
    const run = await it.start('release');
    await hand.sync();
    await hand.fail('build');
    const cleanup = (await it.engine.getRun(run)).hooks[1]?.run ?? run;
    const [child] = await it.store.runs.liveChildren(cleanup);
    await hand.fail('x');
    expect(await it.statusOf(child ?? run)).toBe('failed');
    expect(await hooksOf(it, child ?? run)).toEqual([]);
    await hand.succeed('sweep');
    expect(await it.statusOf(cleanup)).toBe('failed');
    expect(await hooksOf(it, cleanup)).toEqual([]);
  });

  test('of the workspace is called once for a failure, by the run that nobody called', async () => {
    const it = await start();
    const hand = it.worker('w');
    await hand.sync();
    const run = await it.start('outer');
    await hand.sync();
    const [child] = await it.store.runs.liveChildren(run);
    await hand.fail('x');
    expect(await hooksOf(it, child ?? run)).toMatchObject([{ call: 'on_failure tell', input: { text: 'inner' } }]);
    expect(await hooksOf(it, run)).toMatchObject([
      { call: 'workspace on_failure tell', input: { text: 'workspace: outer' } },
    ]);
  });

  test('is called when somebody pauses the run or an approval asks, and when it is cancelled', async () => {
    const it = await start();
    const run = await it.start('release');
    await it.engine.pauseRun(run, { by: 'ada', reason: null });
    await it.engine.cancelRun(run, { by: 'ada', reason: null, force: false });
    expect(await hooksOf(it, run)).toMatchObject([
      { call: 'on_suspend tell', input: { text: 'paused ' } },
      { call: 'on_cancel tell', input: { text: 'cancelled after 0ms' } },
    ]);
    const asking = await it.start('asking');
    expect(await hooksOf(it, asking)).toMatchObject([{ call: 'on_suspend tell', input: { text: 'ask: Go?' } }]);
  });

  test('is started once, however often its message is delivered', async () => {
    const it = await start();
    const run = await it.start('release');
    const messages: unknown[] = [];
    await it.engine.cancelRun(run, { by: 'ada', reason: null, force: false });
    await settle();
    messages.push(...(await it.store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 9 })));
    expect(messages).toEqual([]);
    const { items } = await it.engine.queries.listRuns({ workflow: 'tell' }, { limit: 9, after: null });
    expect(items).toHaveLength(1);
    expect(items[0]?.startKey).toBe(`hook:${run}:on_cancel:0`);
  });

  test('that an action is does not show among the workflows, nor start as one', async () => {
    const it = await start();
    const request = { workspace: 'test', workflow: 'tell', input: { text: 'x' }, trigger: { type: 'test' } };
    await expect(it.engine.startRun(request)).rejects.toMatchObject({
      code: 'workflow_not_found',
      hint: expect.not.stringContaining('tell'),
    });
  });
});

describe('the grace of a workflow', () => {
  test('is what workers give a process, and what the engine waits for beyond that', async () => {
    open = await startTestEngine(`
workflows:
  slow:
    stop_grace: 2m
    steps: { only: { type: shell, cmd: "true" } }
`);
    const hand = open.worker('w');
    await hand.sync();
    const run = await open.start('slow');
    await hand.sync();
    expect(hand.take('only').limits.graceMs).toBe(120_000);
    await open.engine.cancelRun(run, { by: 'ada', reason: null, force: false });
    const [answer] = (await open.engine.explain(run)).answers;
    expect(answer).toMatchObject({ reason: 'cancelling', forcedAt: open.clock.now() + 140_000 });
    for (let waited = 0; waited < 138; waited += 3) {
      await hand.sync([], { running: [hand.take('only')] });
      await open.clock.advance(3_000);
    }
    expect(await open.statusOf(run)).toBe('running');
    await open.clock.advance(5_000);
    expect(await open.statusOf(run)).toBe('cancelled');
  });
});
