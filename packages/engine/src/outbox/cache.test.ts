import type { AttemptResult, RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = (cmd: string) => `
workflows:
  build:
    input: { v: { type: integer, default: 1 } }
    steps:
      only: { type: shell, cmd: ${cmd}, cache: { key: "v{{ input.v }}", ttl: 5s } }
    output: "{{ steps.only.output }}"
  many:
    steps:
      each: { type: shell, cmd: make, for_each: 100, cache: { key: "{{ item % 10 }}", ttl: 1h } }
  called:
    steps:
      child: { type: workflow, workflow: build, cache: { key: once, ttl: 1h } }
    output: "{{ steps.child.output }}"
`;

let open: TestEngine | null = null;
async function start() {
  open = await startTestEngine(yaml('make'));
  const hand = open.worker('w', { slots: 200 });
  await hand.sync();
  return { ...open, hand };
}
afterEach(async () => {
  expect(open?.errors).toEqual([]);
  await open?.stop();
  open = null;
});

type World = Awaited<ReturnType<typeof start>>;
const outputOf = async ({ engine }: World, run: RunId) => (await engine.getRun(run)).output;
const reasonOf = async ({ engine }: World, run: RunId) => (await engine.getRun(run)).steps.only?.reason;
const given = (output: string): AttemptResult => ({ status: 'succeeded', output, durationMs: 1 });

async function built(world: World, output: string, input = {}): Promise<RunId> {
  const run = await world.start('build', input);
  // After a silence, the first call only tells that the worker lives.
  await world.hand.sync();
  await world.hand.sync();
  await world.hand.succeed('only', output);
  return run;
}

describe('the cache', () => {
  test('gives the output of one run to later ones, until its time is over', async () => {
    const world = await start();
    await built(world, 'first');
    const second = await world.start('build');
    expect([await outputOf(world, second), await reasonOf(world, second)]).toEqual(['first', 'cached']);
    await world.clock.advance(5_000);
    const third = await built(world, 'third');
    expect([await outputOf(world, third), await reasonOf(world, third)]).toEqual(['third', null]);
    expect(await outputOf(world, await world.start('build'))).toBe('third');
  });

  test('tells keys, actions and workspaces apart, and takes another name for the same action', async () => {
    const world = await start();
    await built(world, 'one');
    const other = await built(world, 'two', { v: 2 });
    expect(await outputOf(world, other)).toBe('two');
    await world.publish(yaml('make'), 'r2');
    expect(await outputOf(world, await world.start('build'))).toBe('one');
    await world.publish(yaml('make all'), 'r3');
    expect(await outputOf(world, await built(world, 'three'))).toBe('three');
  });

  test('lets two that miss at the same time both run; the later output stands', async () => {
    const world = await start();
    const runs = [await world.start('build'), await world.start('build')];
    await world.hand.sync();
    for (const [at, run] of runs.entries()) {
      const assignment = world.hand.assignments.find((one) => one.run === run);
      if (assignment === undefined) throw new Error(`Run ${run} has no work.`);
      await world.hand.sync([{ of: assignment, result: given(`out ${at}`) }]);
    }
    expect(await outputOf(world, await world.start('build'))).toBe('out 1');
  });

  test('keeps no failure', async () => {
    const world = await start();
    await world.start('build');
    await world.hand.sync();
    await world.hand.fail('only');
    const again = await built(world, 'fine');
    expect(await reasonOf(world, again)).toBeNull();
  });

  test('is asked once for all items of a for-each', async () => {
    const world = await start();
    let asked = 0;
    const { find } = world.store.cache;
    Object.assign(world.store.cache, {
      find: (keys: Parameters<typeof find>[0]) => {
        asked += 1;
        return find(keys);
      },
    });
    const run = await world.start('many');
    expect(asked).toBe(1);
    await world.hand.sync();
    const all = world.hand.assignments.filter((one) => one.run === run);
    expect(all.length).toBe(100);
    await world.hand.sync(all.map((of) => ({ of, result: given(`${of.item % 10}`) })));
    const again = await world.start('many');
    expect((await world.engine.getRun(again)).run.status).toBe('succeeded');
    expect((await world.store.cache.list({}, { limit: 100, after: null })).items.length).toBe(10);
  });

  test('keeps what a called workflow gave', async () => {
    const world = await start();
    const run = await world.start('called');
    await settle();
    await world.hand.sync();
    await world.hand.succeed('only', 'deep');
    expect(await outputOf(world, run)).toBe('deep');
    const again = await world.start('called');
    expect(await outputOf(world, again)).toBe('deep');
    expect((await world.engine.queries.listRuns({ parent: again }, { limit: 5, after: null })).items).toEqual([]);
  });

  test('is looked into again by a server that finds the message of one that died', async () => {
    const world = await start();
    await built(world, 'first');
    const { find } = world.store.cache;
    Object.assign(world.store.cache, { find: () => new Promise(() => {}) });
    const run = await world.start('build');
    const [answer] = (await world.engine.explain(run, { step: 'only' })).answers;
    expect(answer).toMatchObject({ reason: 'looking_up_cache', changes: [{ by: 'engine' }] });
    expect(answer?.message).toMatch(/^Step only is looked up in the cache, since /);
    Object.assign(world.store.cache, { find });
    await world.another('second');
    await world.clock.advance(40_000);
    expect(await reasonOf(world, run)).toBeNull();
    expect((await world.engine.explain(run, { step: 'only' })).answers[0]?.reason).toBe('waiting_for_worker');
  });

  test('loses what has expired, by a loop', async () => {
    const world = await start();
    await built(world, 'first');
    let removed = 0;
    const { removeExpired } = world.store.cache;
    Object.assign(world.store.cache, {
      removeExpired: async (limit: number) => {
        const count = await removeExpired(limit);
        removed += count;
        return count;
      },
    });
    await world.clock.advance(12 * 60_000);
    expect(removed).toBe(1);
  });
});
