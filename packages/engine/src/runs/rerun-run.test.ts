import type { AttemptResult, RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { type HandWorker, settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = (second: string) => `
workflows:
  chain:
    input: { name: { type: string, default: World }, list: { type: array, default: [1, 2, 3] }, key: { type: string, secret: true } }
    steps:
      first: { type: shell, cmd: "echo {{ input.name }}" }
      second: { type: shell, depends_on: [first], cmd: ${JSON.stringify(second)} }
      third: { type: shell, depends_on: [second], cmd: "echo {{ steps.first.output }}" }
    output: { word: "{{ steps.first.output }}" }
  parent:
    steps:
      child: { type: workflow, workflow: chain, input: { name: Child } }
      after: { type: shell, depends_on: [child], cmd: "true" }
  many:
    input: { list: { type: array, default: [a, b, c] } }
    steps:
      each: { type: shell, for_each: input.list, concurrency: 1, cmd: "echo {{ item }}" }
`;

let open: TestEngine | null = null;
async function start(): Promise<TestEngine & Readonly<{ hand: HandWorker }>> {
  open = await startTestEngine(yaml('echo second'));
  const hand = open.worker('w');
  await hand.sync();
  return { ...open, hand };
}
afterEach(async () => {
  expect(open?.errors).toEqual([]);
  await open?.stop();
  open = null;
});

const bad: AttemptResult = { status: 'failed', error: { code: 'exit_code', message: 'No.' }, durationMs: 1 };
const failed = [{ type: 'failed' }] as const;

/** A run of `chain` whose second step failed. */
async function broken({ start: run, hand }: Awaited<ReturnType<typeof start>>): Promise<RunId> {
  const id = await run('chain', { name: 'Ada' }, 'order');
  await hand.sync();
  await hand.succeed('first', 'one');
  await hand.sync([{ of: hand.take('second'), result: bad }]);
  await hand.sync();
  return id;
}

describe('a re-run', () => {
  test('is of the account that asks for it, which separated duties keep from its approvals; else of whoever started the old one', async () => {
    const { engine, hand, ...world } = await start();
    const old = await broken({ engine, hand, ...world });
    const owner = async (account?: string) => {
      const { run } = await engine.rerunRun(old, { from: failed, ...(account === undefined ? {} : { account }) });
      return (await engine.getRun(run)).run.trigger;
    };
    const before = (await engine.getRun(old)).run.trigger;
    expect(await owner()).toEqual(before);
    expect(Object.entries(await owner('bob'))).toEqual([['account', 'bob'], ...Object.entries(before)]);
  });

  test('is a new run that keeps what succeeded, and both know each other', async () => {
    const world = await start();
    const { engine, hand } = world;
    const old = await broken(world);
    const { run, created } = await engine.rerunRun(old, { from: failed });
    expect(created).toBe(true);
    await hand.sync();
    await hand.succeed('second', 'two');
    await hand.succeed('third', 'three');
    const detail = await engine.getRun(run);
    expect(detail).toMatchObject({
      run: { status: 'succeeded', rerunOf: { run: old, from: failed }, startKey: null, trigger: { type: 'test' } },
      input: { name: 'Ada' },
      output: { word: 'one' },
      steps: { first: { status: 'succeeded', reason: 'reused' }, second: { status: 'succeeded', reason: null } },
      reused: { first: { run: old, attempt: 1, items: null } },
    });
    expect((await engine.getRun(old)).reruns.map(({ id }) => id)).toEqual([run]);
    const listed = await engine.queries.listRuns({ rerunOf: old }, { limit: 5, after: null });
    expect(listed.items.map(({ id, rerunOf }) => [id, rerunOf?.run])).toEqual([[run, old]]);
    expect(hand.assignments.filter(({ run: of, stepName }) => of === run && stepName === 'first')).toEqual([]);
    expect(engine.stats().attemptsEnded.succeeded).toBe(3);
  });

  test('says in `explain` what it took over, and where the logs are', async () => {
    const world = await start();
    const { engine, hand } = world;
    const old = await broken(world);
    const { run } = await engine.rerunRun(old, { from: failed });
    await hand.sync();
    await hand.succeed('second');
    await hand.succeed('third');
    const [whole] = (await engine.explain(run)).answers;
    expect(whole).toMatchObject({ reason: 'ended', reused: [{ step: 'first', run: old, attempt: 1 }] });
    expect(whole?.message).toMatch(`It is a re-run of run ${old} from what failed; taken over: first.`);
    const [first] = (await engine.explain(run, { step: 'first' })).answers;
    expect(first?.message).toMatch(
      `taken over from attempt 1 of run ${old}; its logs: millrace run logs ${old} --step first`,
    );
    expect(first).toMatchObject({ why: 'reused', reused: [{ run: old, attempt: 1 }] });
    expect((await engine.explain(run, { step: 'second' })).answers[0]).toMatchObject({ why: null, reused: [] });
  });

  test('with a key is started once, through any server', async () => {
    const world = await start();
    const old = await broken(world);
    const request = { from: failed, startKey: 'again' };
    const other = await world.another('second');
    const answers = await Promise.all([world.engine.rerunRun(old, request), other.rerunRun(old, request)]);
    expect(new Set(answers.map(({ run }) => run)).size).toBe(1);
    expect(answers.map(({ created }) => created).sort()).toEqual([false, true]);
    await expect(world.engine.rerunRun(old, { from: failed, startKey: 'order' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: `The key order has started run ${old}, no re-run of ${old}.`,
    });
  });

  test('takes inputs in the place of old ones, and checks them', async () => {
    const world = await start();
    const old = await broken(world);
    const { run } = await world.engine.rerunRun(old, { from: [{ type: 'start' }], input: { name: 'Bob' } });
    expect((await world.engine.getRun(run)).input).toEqual({ name: 'Bob', list: [1, 2, 3] });
    await expect(world.engine.rerunRun(old, { from: failed, input: { name: 7 } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await settle();
  });

  test('may execute the live plan, or that of a revision', async () => {
    const world = await start();
    const old = await broken(world);
    await world.publish(yaml('echo corrected'), 'r2');
    const command = async (plan: 'same' | 'live' | Readonly<{ revision: string }>) => {
      const { run } = await world.engine.rerunRun(old, { from: failed, plan });
      const { run: record, plan: used } = await world.engine.getRun(run);
      return [record.revision, used.steps[1]?.action.body];
    };
    expect(await command('same')).toMatchObject(['r1', { cmd: 'echo second' }]);
    expect(await command('live')).toMatchObject(['r2', { cmd: 'echo corrected' }]);
    expect(await command({ revision: 'r1' })).toMatchObject(['r1', { cmd: 'echo second' }]);
    await expect(world.engine.rerunRun(old, { from: failed, plan: { revision: 'r9' } })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('keeps a secret input that comes back as it was shown; a start with it is refused', async () => {
    const world = await start();
    const request = { workspace: 'test', workflow: 'chain', trigger: { type: 'api' } };
    const { run: old } = await world.engine.startRun({ ...request, input: { key: 'hunter2' } });
    await world.engine.cancelRun(old, { by: 'ada', reason: null, force: true });
    await settle();
    const { run } = await world.engine.rerunRun(old, { from: [{ type: 'start' }], input: { key: '***', name: 'Bob' } });
    expect((await world.engine.getRun(run)).input).toMatchObject({ key: 'hunter2', name: 'Bob' });
    await expect(world.engine.startRun({ ...request, input: { key: '***' } })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('/key: expected the secret itself'),
    });
  });

  test('goes on in the child run that failed, when its input is the same', async () => {
    const world = await start();
    const { engine, hand } = world;
    const old = await world.start('parent');
    await hand.sync();
    await hand.succeed('first', 'one');
    await hand.sync([{ of: hand.take('second'), result: bad }]);
    await hand.sync();
    expect(await world.statusOf(old)).toBe('failed');
    const { run } = await engine.rerunRun(old, { from: failed });
    await settle();
    await hand.sync();
    const child = (await engine.queries.listRuns({ parent: run }, { limit: 5, after: null })).items[0];
    if (child === undefined) throw new Error('The re-run has no child.');
    expect(child.rerunOf?.from).toEqual(failed);
    expect((await engine.getRun(child.id)).steps.first).toMatchObject({ status: 'succeeded', reason: 'reused' });
    expect(hand.take('second').run).toBe(child.id);
    await hand.succeed('second');
    await hand.succeed('third');
    await hand.succeed('after');
    expect(await world.statusOf(run)).toBe('succeeded');
  });

  test('of a for-each runs some items again; one that waits for its turn tells how many are before it', async () => {
    const world = await start();
    const { engine, hand } = world;
    const old = await world.start('many');
    for (const item of [0, 1, 2]) {
      await hand.sync();
      await hand.succeed('each', `out ${item}`, item);
    }
    const { run } = await engine.rerunRun(old, { from: [{ type: 'step', step: 'each', items: [0, 2] }] });
    await hand.sync();
    const waiting = (await engine.explain(run, { step: 'each', item: 2 })).answers[0];
    expect(waiting).toMatchObject({ reason: 'waiting_for_items', ahead: 0, open: 1 });
    await hand.succeed('each', 'new 0', 0);
    await hand.succeed('each', 'new 2', 2);
    const { steps, reused } = await engine.getRun(run);
    expect(steps.each?.output).toEqual(['new 0', 'out 1', 'new 2']);
    expect(reused).toEqual({ each: { run: old, attempt: null, items: 1 } });
  });
});

describe('a re-run is refused', () => {
  test.each([
    [[], 'From where shall run'],
    [[{ type: 'step', step: 'secnd', items: null }], 'has no step secnd to run again from. (Did you mean second?)'],
    [[{ type: 'step', step: 'first', items: [0] }], 'Step first has no items: it has no for_each.'],
  ] as const)('from %j', async (from, message) => {
    const world = await start();
    const old = await broken(world);
    const refusal = world.engine.rerunRun(old, { from });
    const error = await refusal.then(
      () => null,
      (reason: Error & { hint: string }) => `${reason.message} (${reason.hint})`,
    );
    expect(error).toContain(message);
  });

  test('of a run that has not ended, or that there is not', async () => {
    const world = await start();
    const run = await world.start('chain');
    await expect(world.engine.rerunRun(run, { from: failed })).rejects.toMatchObject({
      code: 'run_not_ended',
      hint: `Wait for its end, or cancel it first: millrace run cancel ${run}`,
    });
    await expect(world.engine.rerunRun('999' as RunId, { from: failed })).rejects.toMatchObject({
      code: 'run_not_found',
    });
  });

  test('from what failed when nothing did, and beyond the items of a step', async () => {
    const world = await start();
    const old = await world.start('many');
    for (const item of [0, 1, 2]) {
      await world.hand.sync();
      await world.hand.succeed('each', null, item);
    }
    await expect(world.engine.rerunRun(old, { from: failed })).rejects.toMatchObject({
      message: `Nothing would run again: run ${old} succeeded, so nothing in it failed that was not tolerated.`,
    });
    await expect(world.engine.rerunRun(old, { from: [{ type: 'changed' }] })).rejects.toMatchObject({
      message: `Nothing would run again: run ${old} succeeded, and no step of the plan is another one.`,
    });
    await expect(
      world.engine.rerunRun(old, { from: [{ type: 'step', step: 'each', items: [3] }] }),
    ).rejects.toMatchObject({ message: `Step each had 3 items, counted from 0, in run ${old}; there is no item 3.` });
  });
});
