// The engine on the store: what waits for limits can be cancelled and paused like anything else, and does not keep others
// from what it waits for.
import type { LimitKey, RunId } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { afterEach, expect, it, vi } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { Engine } from '../../src/engine-types.ts';
import { noBlobs } from '../../src/rehearsal/no-blobs.ts';
import type { ConformanceStore } from './subject.ts';

/** No worker is needed: what a step waits for, it holds its slots for. */
const yaml = `
workflows:
  whole:
    concurrency: { key: whole }
    steps:
      hold: { type: wait, for: 30d }
  part:
    steps:
      hold: { type: wait, for: 30d, concurrency: { key: part } }
`;

const by = { by: 'ada', reason: null } as const;

export function limitedRunFacts(subject: () => ConformanceStore): void {
  let engine: Engine | null = null;
  afterEach(async () => {
    await engine?.stop();
    engine = null;
  });

  async function start(): Promise<Engine> {
    const { store, queries } = subject();
    engine = await createEngine({ store, queries, blobs: noBlobs });
    await engine.start();
    const { definitions, diagnostics } = loadDefinitions([{ path: '.workflows/limits.yaml', text: yaml }]);
    const source = { type: 'test' };
    await engine.publishWorkspace({ workspace: 'w', revision: 'r', source, definitions, diagnostics, files: null });
    return engine;
  }

  /** A run with the names of those who hold the key of its workflow and of those who wait for it. */
  const line = async (key: string): Promise<Readonly<{ holders: readonly RunId[]; waiters: readonly RunId[] }>> => {
    const limit: LimitKey = { workspace: 'w', kind: 'concurrency', key };
    const detail = await subject().queries.limitDetail(limit);
    const runsOf = (rows: readonly Readonly<{ run: RunId }>[] = []) => rows.map(({ run }) => run);
    return { holders: runsOf(detail?.holders), waiters: runsOf(detail?.waiters) };
  };
  /** Slots are granted right after the commit that asks for them or lets them go. */
  const becomes = (key: string, holders: readonly RunId[], waiters: readonly RunId[] = []) =>
    vi.waitFor(async () => expect(await line(key)).toEqual({ holders, waiters }), { timeout: 10_000, interval: 10 });
  const reasonOf = async (run: RunId, step?: string) =>
    (await engine?.explain(run, step === undefined ? {} : { step }))?.answers[0]?.reason;
  const isSaid = (run: RunId, reason: string, step?: string) =>
    vi.waitFor(async () => expect(await reasonOf(run, step)).toBe(reason), { timeout: 10_000, interval: 10 });

  /** Three runs of a workflow, of which the first has what the others wait for. */
  async function three(workflow: string): Promise<readonly [Engine, RunId, RunId, RunId]> {
    const own = await start();
    const begin = async () =>
      (await own.startRun({ workspace: 'w', workflow, input: {}, trigger: { type: 'test' } })).run;
    const first = await begin();
    await becomes(workflow, [first]);
    const second = await begin();
    await becomes(workflow, [first], [second]);
    const third = await begin();
    await becomes(workflow, [first], [second, third]);
    return [own, first, second, third];
  }

  it('a queued run that is cancelled ends without having begun, and leaves its place', async () => {
    const [own, first, second, third] = await three('whole');
    expect(await own.cancelRun(second, { ...by, force: false })).toMatchObject({ status: 'cancelled' });
    expect((await own.getRun(second)).run).toMatchObject({ status: 'cancelled', startedAt: null });
    await becomes('whole', [first], [third]);
    await own.cancelRun(first, { ...by, force: false });
    await becomes('whole', [third]);
    await isSaid(third, 'timer', 'hold');
  });

  it('a queued run that is paused keeps its place, begins nothing when its turn comes, and can be cancelled', async () => {
    const [own, first, second, third] = await three('whole');
    expect(await own.pauseRun(second, by)).toEqual({ status: 'paused' });
    expect(await own.resumeRun(second, by)).toEqual({ status: 'queued' });
    expect(await own.pauseRun(second, by)).toEqual({ status: 'paused' });
    await own.cancelRun(first, { ...by, force: false });
    await becomes('whole', [second], [third]);
    await isSaid(second, 'held', 'hold');
    expect(await reasonOf(second)).toBe('paused');
    expect(await own.cancelRun(second, { ...by, force: false })).toMatchObject({ status: 'cancelled' });
    await becomes('whole', [third]);
    await isSaid(third, 'timer', 'hold');
  });

  it('a run that is cancelled while a step waits for slots leaves the line', async () => {
    const [own, first, second, third] = await three('part');
    expect(await reasonOf(second, 'hold')).toBe('waiting_for_limits');
    expect(await own.cancelRun(second, { ...by, force: false })).toMatchObject({ status: 'cancelled' });
    const { steps } = await own.getRun(second);
    expect(steps.hold).toMatchObject({ status: 'cancelled', reason: 'run_cancelled' });
    await becomes('part', [first], [third]);
    await own.cancelRun(first, { ...by, force: false });
    await becomes('part', [third]);
    await isSaid(third, 'timer', 'hold');
  });

  it('a run that is paused while a step waits for slots lets go of them when they are granted, and asks again', async () => {
    const [own, first, second, third] = await three('part');
    expect(await own.pauseRun(second, by)).toEqual({ status: 'paused' });
    await own.cancelRun(first, { ...by, force: false });
    await becomes('part', [third]);
    await isSaid(second, 'held', 'hold');
    expect(await own.resumeRun(second, by)).toEqual({ status: 'running' });
    await becomes('part', [third], [second]);
    await own.cancelRun(third, { ...by, force: false });
    await becomes('part', [second]);
    await isSaid(second, 'timer', 'hold');
  });
}
