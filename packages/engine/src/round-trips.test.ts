// How often the store is asked while runs go their way. A call of the store is a round trip to the database, the unit in
// which speed is planned; unlike times, the counts are the same on every machine.
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../test/test-engine.ts';
import type { Store } from './ports/index.ts';

const steps = Array.from({ length: 10 }, (_, at) => {
  const after = at === 0 ? '' : `, depends_on: [s${at - 1}]`;
  return `      s${at}: { type: function, function: f${after} }`;
});
const yaml = `
workflows:
  sequence:
    steps:
${steps.join('\n')}
  once:
    steps:
      only: { type: function, function: f }
  fan:
    steps:
      each: { type: function, function: f, for_each: 100 }
  wide:
    steps:
      each: { type: function, function: f, for_each: 4100 }
`;

let open: TestEngine | null = null;
afterEach(async () => {
  expect(open?.errors).toEqual([]);
  await open?.stop();
  open = null;
});

type Calls = Record<string, number>;

/** The store, with every call of its ports counted by `port.method`. */
function counted(store: Store, calls: Calls): Store {
  const ports = Object.entries(store).map(([port, methods]) => {
    if (typeof methods !== 'object' || methods === null) return [port, methods];
    const wrapped = Object.entries(methods).map(([method, call]) => {
      if (typeof call !== 'function') return [method, call];
      const name = `${port}.${method}`;
      return [
        method,
        (...args: unknown[]) => {
          calls[name] = (calls[name] ?? 0) + 1;
          return call(...args);
        },
      ];
    });
    return [port, Object.fromEntries(wrapped)];
  });
  return { ...store, ...Object.fromEntries(ports) };
}

async function idleEngine(slots = 10) {
  const calls: Calls = {};
  open = await startTestEngine(yaml, { wrap: (store) => counted(store, calls) });
  const hand = open.worker('w', { slots, capabilities: ['function'] });
  const { start, statusOf } = open;
  await hand.sync();
  /** What was called since the last time. */
  const taken = (): Calls => {
    const now = { ...calls };
    for (const name of Object.keys(calls)) delete calls[name];
    return now;
  };
  // The first run of a revision reads it; it stays in memory.
  await start('once');
  await hand.sync();
  await hand.succeed('only');
  taken();
  return { start, statusOf, hand, taken, clock: open.clock, people: open.engine.people, engine: open.engine };
}

describe('the store is asked', () => {
  test('once to start a run, and once for each step of a sequence: the commit also hands the next step over', async () => {
    const { start, hand, statusOf, taken } = await idleEngine();
    const run = await start('sequence');
    await hand.sync();
    expect(taken()).toEqual({ 'runs.commit': 1 });
    for (let at = 0; at < 10; at += 1) {
      await hand.succeed(`s${at}`);
      expect(taken()).toEqual({ 'runs.commit': 1 });
    }
    expect(await statusOf(run)).toBe('succeeded');
  });

  test('once for all results of a report, of however many runs', async () => {
    const { start, hand, taken } = await idleEngine();
    await Promise.all(Array.from({ length: 10 }, () => start('sequence')));
    await hand.sync();
    taken();
    const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
    const first = hand.assignments.filter(({ stepName }) => stepName === 's0');
    expect(first).toHaveLength(10);
    await hand.sync(first.map((of) => ({ of, result })));
    await settle();
    expect(taken()).toEqual({ 'runs.commit': 1 });
  });

  test('once to hand 100 items to a worker that was quick before, and once for the results of all', async () => {
    const { start, statusOf, hand, taken } = await idleEngine();
    const run = await start('fan');
    await hand.sync();
    expect(taken()).toEqual({ 'runs.commit': 1 });
    const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
    const items = hand.assignments.filter(({ stepName }) => stepName === 'each');
    expect(items).toHaveLength(100);
    await hand.sync(items.map((of) => ({ of, result })));
    expect(taken()).toEqual({ 'runs.commit': 1 });
    expect(await statusOf(run)).toBe('succeeded');
  });

  test('once for each 2,000 of many items: those that begin as others end are handed over, and nobody claims', async () => {
    const { start, statusOf, hand, taken } = await idleEngine(100);
    const run = await start('wide');
    const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
    await hand.sync();
    expect(taken()).toEqual({ 'runs.commit': 1 });
    for (const [before, count] of [
      [0, 2_000],
      [2_000, 2_000],
      [4_000, 100],
    ] as const) {
      const items = hand.assignments.filter(({ stepName }) => stepName === 'each').slice(before);
      expect(items).toHaveLength(count);
      await hand.sync(items.map((of) => ({ of, result })));
      expect(taken()).toEqual({ 'runs.commit': 1 });
    }
    expect(await statusOf(run)).toBe('succeeded');
  });

  test('once for the live revision when what is known of it is too old, however many runs start at that moment', async () => {
    const { start, clock, taken } = await idleEngine();
    await clock.advance(10_000);
    taken();
    await Promise.all(Array.from({ length: 100 }, () => start('once')));
    expect(taken()['workspaces.revision']).toBe(1);
  });

  test('once to know who calls and what he may do; twice for a hundred requests at the same moment', async () => {
    const { people, taken } = await idleEngine();
    const by = 'test';
    await people.accounts.create({ name: 'bot', kind: 'service', displayName: null, email: null, password: null, by });
    const { key } = await people.apiKeys.create({ account: 'bot', name: 'ci', scopes: null, lifeMs: null, by });
    taken();
    expect(await people.identify.byApiKey(key)).toMatchObject({ name: 'bot' });
    expect(taken()).toEqual({ 'apiKeys.use': 1 });
    await Promise.all(Array.from({ length: 100 }, () => people.identify.byApiKey(key)));
    expect(taken()).toEqual({ 'apiKeys.use': 2 });
    await people.accounts.change('bot', { disabled: true });
    expect(await people.identify.byApiKey(key)).toBeNull();
  });

  test('once by somebody who waits for a run: the commit tells how it ended', async () => {
    const { start, hand, taken, engine } = await idleEngine();
    const run = await start('once');
    await hand.sync();
    taken();
    const ended = engine.waitForRun(run);
    await settle();
    expect(taken()).toEqual({ 'runs.status': 1 });
    await hand.succeed('only');
    expect(await ended).toBe('succeeded');
    expect(taken()).toEqual({ 'runs.commit': 1 });
  });

  test('never while nothing happens, between two looks of its loops', async () => {
    const { taken } = await idleEngine();
    await settle();
    expect(taken()).toEqual({});
  });
});
