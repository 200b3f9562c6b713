import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { AttemptFilter } from './list-attempts.ts';

const yaml = `
actions:
  sign: { type: shell, cmd: "true", input: { key: { type: string, secret: true }, who: { type: string } } }
workflows:
  signs:
    steps: { sign: { action: sign, input: { key: hunter2-in-clear, who: "{{ secrets.name }}" } } }
  build:
    steps:
      make: { type: shell, cmd: "make {{ input.target }}", retry: { attempts: 2, delay: 10s } }
      each: { type: shell, cmd: "true", for_each: [a, b, c] }
      nap: { type: wait, for: 1h }
      last: { type: shell, cmd: "true", depends_on: [make, each], when: "false" }
    input: { target: { type: string } }
`;

let open: TestEngine;
beforeEach(async () => {
  open = await startTestEngine(yaml);
});
afterEach(async () => {
  expect(open.errors).toEqual([]);
  await open.stop();
});

const list = async (run: Awaited<ReturnType<TestEngine['start']>>, filter: AttemptFilter = {}, limit = 100) =>
  open.engine.listAttempts(run, filter, { limit, after: null });
const shapeOf = ({ items }: Awaited<ReturnType<typeof list>>) =>
  items.map(({ step, item, attempt, status, waitsFor }) => [step, item, attempt, status, waitsFor]);

describe('the attempts of a run', () => {
  test('are those that have ended and those under way, with when, who, and what they were called with', async () => {
    const hand = open.worker('w', { slots: 2 });
    await hand.sync();
    const run = await open.start('build', { target: 'all' });
    await hand.sync();
    expect(shapeOf(await list(run))).toEqual([
      ['make', -1, 1, 'running', null],
      ['each', 0, 1, 'running', null],
      ['each', 1, 1, 'ready', null],
      ['each', 2, 1, 'ready', null],
      ['nap', -1, 1, 'waiting', 'timer'],
    ]);
    await hand.fail('make', 'no rule');
    const [first, second] = (await list(run, { step: 'make' })).items;
    expect(first).toMatchObject({ status: 'failed', worker: 'w', error: { message: 'no rule' } });
    expect(first?.endedAt).toBeGreaterThanOrEqual(first?.startedAt ?? Number.NaN);
    expect(second).toMatchObject({ attempt: 2, status: 'waiting', waitsFor: 'retry', dueAt: expect.any(Number) });
    expect((await list(run, { step: 'nap' })).items).toMatchObject([{ dueAt: open.clock.now() + 3_600_000 }]);
  });

  test('are narrowed by step, item, status, and to the latest of each', async () => {
    const hand = open.worker('w');
    await hand.sync();
    const run = await open.start('build', { target: 'all' });
    await hand.sync();
    await hand.succeed('each', 'A', 0);
    await hand.fail('make');
    expect(shapeOf(await list(run, { step: 'each', item: 0 }))).toEqual([['each', 0, 1, 'succeeded', null]]);
    expect((await list(run, { step: 'each', status: ['succeeded'] })).items).toMatchObject([{ item: 0, output: 'A' }]);
    expect(shapeOf(await list(run, { step: 'make', latest: true }))).toEqual([['make', -1, 2, 'waiting', 'retry']]);
    await expect(list(run, { step: 'mak' })).rejects.toMatchObject({
      code: 'not_found',
      hint: 'It has: make, each, nap, last.',
    });
    await expect(list('999' as typeof run)).rejects.toMatchObject({ code: 'run_not_found' });
  });

  test('come in pages that miss nothing', async () => {
    const run = await open.start('build', { target: 'all' });
    const all = await list(run);
    const found: unknown[] = [];
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof list>> = await open.engine.listAttempts(run, {}, { limit: 2, after });
      found.push(...page.items);
      if (page.next === null) break;
      after = page.next;
    }
    expect(found).toEqual(all.items);
    expect(found.length).toBe(5);
  });

  test('have what is secret as it is written, and what an action calls secret not at all', async () => {
    const hand = open.worker('w');
    await hand.sync();
    const run = await open.start('signs');
    const shown = { key: '***', who: '{{ secrets.name }}' };
    expect((await list(run)).items[0]?.input).toEqual(shown);
    await hand.sync();
    await hand.succeed('sign');
    expect((await list(run)).items[0]).toMatchObject({ status: 'succeeded', input: shown });
  });
});
