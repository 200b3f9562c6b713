// Local runs through one engine, with workers by hand: what is handed over, reported, confirmed and refused.
import { type LocalRunAssignment, LocalRunRecord } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HandWorker, settle, startTestEngine, type TestEngine } from '../test/test-engine.ts';

const yaml = `
workflows:
  build:
    mode: local
    input: { tag: { type: string, default: v1 } }
    steps:
      checkout: { type: shell, cmd: "git clone {{ input.tag }}" }
      test: { type: shell, cmd: "npm test", depends_on: [checkout] }
    output: { tag: "{{ input.tag }}", tested: "{{ steps.test.output }}" }
  release:
    steps:
      build: { type: workflow, workflow: build, input: { tag: v2 } }
      publish: { type: shell, cmd: "publish {{ steps.build.output.tag }}", depends_on: [build] }
`;

let made: TestEngine;
beforeEach(async () => {
  made = await startTestEngine(yaml);
});
afterEach(async () => {
  expect(made.errors).toEqual([]);
  await made.stop();
});

const able = { capabilities: ['shell', 'local'] } as const;

/** A worker that carries a local run out as far as a test says. */
class Hand {
  readonly worker: HandWorker;
  readonly run: LocalRunAssignment;
  readonly record: LocalRunRecord;

  static async take(name: string): Promise<Hand> {
    const worker = made.worker(name, able);
    await worker.sync();
    await worker.sync();
    return new Hand(worker);
  }

  constructor(worker: HandWorker) {
    const [run] = worker.localRuns;
    if (run === undefined) throw new Error('No local run was handed over.');
    this.worker = worker;
    this.run = run;
    this.record = new LocalRunRecord(run, worker.description.id);
    this.record.begin(run.now);
  }

  /** Executes the next step that is ready. */
  step(output: string): void {
    const next = this.record.next(this.run.now);
    if (next === null) throw new Error('Nothing is ready.');
    this.record.finished(next, { status: 'succeeded', output, durationMs: 1 }, this.run.now);
  }

  async report(options: Readonly<{ lose?: boolean }> = {}) {
    const { run, step, item, iteration, attempt } = this.run;
    const sent = this.record.report();
    const reports = [{ run, step, item, iteration, attempt, ...sent }];
    const response = await this.worker.sync([], { reports, ...options });
    if (options.lose !== true) this.record.confirm(response.recorded?.[0]?.applied ?? 0);
    return response;
  }
}

const stepsOf = async (run: string) =>
  Object.entries((await made.engine.getRun(run as never)).steps).map(([name, { status }]) => `${name}:${status}`);

describe('a local run', () => {
  test('is handed over as a whole and followed by its reports, one commit each', async () => {
    const id = await made.start('build');
    const hand = await Hand.take('w');
    expect(hand.run).toMatchObject({
      run: id,
      step: -1,
      attempt: 1,
      input: { tag: 'v1' },
      origin: { workflow: 'build' },
    });
    expect(hand.worker.assignments).toEqual([]);
    hand.step('sources');
    const { commits } = made.engine.stats();
    expect((await hand.report()).recorded).toEqual([
      { run: id, step: -1, item: -1, iteration: 0, attempt: 1, applied: 3 },
    ]);
    expect(made.engine.stats().commits).toBe(commits + 1);
    expect(await stepsOf(id)).toEqual(['checkout:succeeded', 'test:ready']);
    hand.step('fine');
    await hand.report();
    const { run, output } = await made.engine.getRun(id);
    expect([run.status, output]).toEqual(['succeeded', { tag: 'v1', tested: 'fine' }]);
    expect(made.engine.stats().heldAttempts).toBe(0);
  });

  test('is told what changed, step by step', async () => {
    const id = await made.start('build');
    const hand = await Hand.take('w');
    const seen: string[] = [];
    made.engine.subscribe((event) => {
      if (event.type === 'step') seen.push(`${event.step} ${event.status}`);
      if (event.type === 'run') seen.push(`run ${event.status}`);
    });
    hand.record.next(hand.run.now);
    await hand.report();
    expect(seen).toEqual(['checkout running', 'run running']);
    expect((await made.engine.getRun(id)).steps.checkout).toMatchObject({ status: 'running', startedAt: hand.run.now });
  });

  test('takes a report once, also when its answer was lost', async () => {
    const id = await made.start('build');
    const hand = await Hand.take('w');
    hand.step('sources');
    await hand.report({ lose: true });
    hand.step('fine');
    await hand.report();
    expect((await made.engine.getRun(id)).run.status).toBe('succeeded');
    const late = await hand.worker.sync([], {
      reports: [{ ...refOf(hand.run), from: 0, entries: [] }],
    });
    expect(late.recorded).toBeUndefined();
    expect(late.cancellations).toMatchObject([{ run: id, step: -1, lost: true }]);
  });

  test('that its worker gives back is handed to another', async () => {
    await made.start('build');
    const first = await Hand.take('first');
    await first.worker.sync([], { stopping: true, returned: [first.run] });
    const second = await Hand.take('second');
    expect(second.run).toMatchObject({ attempt: 1, first: 0 });
  });

  test('begins again when its worker is lost, and the lost one is refused', async () => {
    const id = await made.start('build');
    const first = await Hand.take('first');
    first.step('sources');
    await first.report();
    await made.clock.advance(30_000);
    const second = await Hand.take('second');
    expect(second.run).toMatchObject({ attempt: 2, first: 1 });
    first.step('fine');
    const refused = await first.report();
    expect(refused.recorded).toBeUndefined();
    expect(refused.cancellations).toMatchObject([{ run: id, step: -1, attempt: 1, lost: true }]);
    second.step('again');
    second.step('fine');
    await second.report();
    expect((await made.engine.getRun(id)).run.status).toBe('succeeded');
    const [loaded] = await made.store.runs.load([id]);
    expect(loaded?.attempts.map(({ step, iteration, output }) => [step, iteration, output])).toEqual([
      [0, 0, '"sources"'],
      [0, 1, '"again"'],
      [1, 0, null],
      [1, 1, '"fine"'],
    ]);
  });

  test('by another server: what the first one leased is taken over with its record', async () => {
    const id = await made.start('build');
    const hand = await Hand.take('w');
    hand.step('sources');
    await hand.report();
    const other = await made.another('second');
    const { worker, run, record } = hand;
    hand.step('fine');
    const response = await other.workers.sync({
      worker: worker.description,
      results: [],
      reports: [{ ...refOf(run), ...record.report() }],
      running: [refOf(run)],
      received: 0,
      returned: [],
      freeSlots: 1,
      stopping: false,
      waitMs: 0,
    });
    expect(response.recorded).toMatchObject([{ applied: 5 }]);
    expect((await made.engine.getRun(id)).run.status).toBe('succeeded');
  });

  test('may be the child of a distributed run, which goes on with its output', async () => {
    const parent = await made.start('release');
    const hand = await Hand.take('w');
    hand.step('sources');
    hand.step('fine');
    await hand.report();
    await settle();
    await hand.worker.sync();
    const publish = hand.worker.take('publish');
    expect(publish.names).toMatchObject({ steps: { build: { output: { tag: 'v2' } } } });
    await hand.worker.sync([{ of: publish, result: { status: 'succeeded', output: null, durationMs: 1 } }]);
    expect(await made.statusOf(parent)).toBe('succeeded');
  });

  test('cannot be paused', async () => {
    const id = await made.start('build');
    await expect(made.engine.pauseRun(id, { by: 'ann', reason: null })).rejects.toMatchObject({
      code: 'run_not_pausable',
      hint: expect.stringContaining('millrace run cancel'),
    });
  });

  test('cancelled by force is ended at once, and its worker is told to let go of it', async () => {
    const id = await made.start('build');
    const hand = await Hand.take('w');
    hand.step('sources');
    await hand.report();
    await made.engine.cancelRun(id, { by: 'ann', reason: null, force: true });
    expect(await made.statusOf(id)).toBe('cancelled');
    expect((await hand.worker.sync()).cancellations).toMatchObject([{ run: id, step: -1, lost: true, force: true }]);
    expect(made.engine.stats().heldAttempts).toBe(0);
  });
});

function refOf({ run, step, item, iteration, attempt }: LocalRunAssignment) {
  return { run, step, item, iteration, attempt };
}
