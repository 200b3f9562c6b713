import { formatLogLine, type RunId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Store } from '../ports/index.ts';
import { keepEverything, type Retention } from './retention.ts';

const yaml = `
workflows:
  once:
    steps:
      only: { type: function, function: f }
`;
const hour = 60 * 60_000;

let open: TestEngine | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

async function start(retention: Retention | undefined, wrap?: (store: Store) => Store): Promise<TestEngine> {
  open = await startTestEngine(yaml, {
    ...(retention === undefined ? {} : { retention }),
    ...(wrap === undefined ? {} : { wrap }),
  });
  return open;
}

/** Runs of one step, each with a line in its log, that have just ended. */
async function endRuns(engine: TestEngine, count: number): Promise<readonly RunId[]> {
  const hand = engine.worker('w', { slots: 2_000 });
  await hand.sync();
  const runs: RunId[] = [];
  for (let at = 0; at < count; at += 1) runs.push(await engine.start('once'));
  await hand.sync();
  for (const run of runs) {
    const data = Buffer.from(formatLogLine({ at: 0, stream: 'stdout', full: true, text: run }));
    await engine.engine.workers.appendLogs([{ run, step: 0, item: -1, iteration: 0, attempt: 1, offset: 0, data }]);
  }
  const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
  await hand.sync(hand.assignments.map((of) => ({ of, result })));
  await settle();
  return runs;
}

const logsOf = async ({ engine }: TestEngine, runs: readonly RunId[]): Promise<number> => {
  const logs = await Promise.all(runs.map((run) => engine.blobs.list(`logs/${run}/`)));
  return logs.flat().length;
};

describe('retention', () => {
  test('removes runs that ended long ago, with their logs, and counts them', async () => {
    const engine = await start({ ...keepEverything, runs: hour });
    const runs = await endRuns(engine, 3);
    await engine.clock.advance(hour - 60_000);
    expect(await logsOf(engine, runs)).toBe(3);
    expect(engine.engine.stats().removed.runs).toBe(0);
    await engine.clock.advance(15 * 60_000);
    expect(await logsOf(engine, runs)).toBe(0);
    for (const run of runs) await expect(engine.engine.getRun(run)).rejects.toMatchObject({ code: 'run_not_found' });
    expect(engine.engine.stats().removed).toEqual({ runs: 3, events: 0, deliveries: 0, revisions: 0, audit: 0 });
    expect(await engine.store.history.remains(9)).toEqual([]);
    expect(engine.errors).toEqual([]);
  });

  test('removes nothing unless it is asked to', async () => {
    const engine = await start(undefined);
    const [run] = await endRuns(engine, 1);
    await engine.clock.advance(2 * hour);
    expect(await engine.statusOf(run as RunId)).toBe('succeeded');
    expect(engine.engine.retention).toEqual(keepEverything);
    expect(engine.engine.stats().loopSilenceMs).not.toHaveProperty('retention');
  });

  test('looks at no more than 500 runs at once, and rests in between', async () => {
    const looks: number[] = [];
    const clock = { now: () => 0 };
    const engine = await start({ ...keepEverything, runs: hour }, (store) => ({
      ...store,
      history: {
        ...store.history,
        removeRuns: (request) => {
          looks.push(clock.now());
          expect(request.limit).toBeLessThanOrEqual(500);
          return store.history.removeRuns(request);
        },
      },
    }));
    clock.now = () => engine.clock.now();
    await endRuns(engine, 1_100);
    await engine.clock.advance(hour);
    looks.length = 0;
    await engine.clock.advance(11 * 60_000);
    expect(engine.engine.stats().removed.runs).toBe(1_100);
    // 500, 500, 100, and one that finds nothing; each at another time.
    expect(new Set(looks).size).toBe(looks.length);
    expect(looks.length).toBeGreaterThanOrEqual(4);
  });

  test('clears what a server that died had removed, before it removes more', async () => {
    const engine = await start({ ...keepEverything, runs: hour });
    const runs = await endRuns(engine, 2);
    await engine.clock.advance(2_000);
    await engine.store.history.removeRuns({ keepMs: 0, after: null, limit: 500 });
    expect(await logsOf(engine, runs)).toBe(2);
    expect(await engine.store.history.remains(9)).toEqual(runs);
    await engine.clock.advance(10 * 60_000);
    expect(await logsOf(engine, runs)).toBe(0);
    expect(await engine.store.history.remains(9)).toEqual([]);
  });

  test('a kind that fails is told of; the others go on, and it is tried again', async () => {
    let broken = true;
    const engine = await start(
      { runs: hour, events: hour, deliveries: hour, revisions: hour, audit: hour },
      (store) => ({
        ...store,
        history: {
          ...store.history,
          removeRuns: async (request) => {
            if (broken) throw new Error('The disk is full.');
            return store.history.removeRuns(request);
          },
        },
      }),
    );
    await endRuns(engine, 1);
    await engine.engine.emitEvent({ workspace: 'test', type: 'paid', payload: {}, source: { type: 'test' } });
    await engine.clock.advance(1_000);
    await engine.publish(`${yaml}\n`, 'r2');
    await engine.clock.advance(2 * hour);
    expect(engine.errors[0]).toMatchObject({ message: 'The disk is full.' });
    expect(engine.engine.stats().removed).toEqual({ runs: 0, events: 1, deliveries: 0, revisions: 1, audit: 0 });
    broken = false;
    await engine.clock.advance(11 * 60_000);
    expect(engine.engine.stats().removed.runs).toBe(1);
  });
});
