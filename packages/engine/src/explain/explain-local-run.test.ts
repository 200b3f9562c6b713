import { type LocalRunAssignment, LocalRunRecord, workerId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { begin, explainingEngines } from '../../test/explaining-engine.ts';
import { type HandWorker, settle } from '../../test/test-engine.ts';

const start = explainingEngines();

const able = { capabilities: ['shell', 'local'], labels: ['gpu'] } as const;

/** The run that a worker was given, with its record. */
async function taken(hand: HandWorker): Promise<Readonly<{ run: LocalRunAssignment; record: LocalRunRecord }>> {
  await hand.sync();
  const run = (await hand.sync()).localRuns?.[0] ?? hand.localRuns[0];
  if (run === undefined) throw new Error('The worker was given no local run.');
  const record = new LocalRunRecord(run, hand.description.id);
  record.begin(run.now);
  return { run, record };
}

async function report(hand: HandWorker, run: LocalRunAssignment, record: LocalRunRecord): Promise<void> {
  const { run: id, step, item, iteration, attempt } = run;
  await hand.sync([], { reports: [{ run: id, step, item, iteration, attempt, ...record.report() }] });
  await settle();
}

describe('a local run', () => {
  test('waits for a worker that can do what all its steps need', async () => {
    const { start: run, worker, explain } = await start();
    await worker('plain').sync();
    const id = await run('local');
    const [whole, ...steps] = await explain(id);
    expect(whole).toMatchObject({
      step: null,
      reason: 'waiting_for_worker',
      capability: 'local+shell',
      labels: ['gpu'],
      nearest: { name: 'plain', lacksCapabilities: ['local'], lacksLabels: ['gpu'] },
    });
    expect(whole?.message).toContain('is a local run and waits for a worker since');
    expect(whole?.changes[0]?.command).toBe('millrace work --labels gpu');
    expect(whole?.deadlines).toEqual([{ kind: 'run_timeout', at: begin + 3_600_000 }]);
    expect(steps.map(({ step, reason }) => [step, reason])).toEqual([
      ['only', 'waiting_for_run'],
      ['later', 'waiting_for_run'],
      ['after', 'waiting_for_run'],
    ]);
    expect(steps[0]).toMatchObject({ holder: null, message: expect.stringContaining('no worker has it yet') });
  });

  test('says who carries it out since when, and what its steps do', async () => {
    const { start: run, worker, explain, reasonOf } = await start();
    const hand = worker('able', able);
    const id = await run('local');
    const { run: assigned, record } = await taken(hand);
    expect(await reasonOf(id, 'waiting_for_run')).toMatchObject({ holder: { name: 'able' } });
    record.next(assigned.now);
    await report(hand, assigned, record);
    const [whole, ...steps] = await explain(id);
    expect(whole).toMatchObject({
      reason: 'local_run',
      holder: { name: 'able' },
      underWay: 2,
      waiting: 1,
      ended: 0,
      total: 3,
    });
    expect(whole?.message).toContain('is carried out by worker able');
    expect(whole?.message).toContain('Under way: only (running) and later (delay)');
    expect(steps.map(({ step, reason }) => [step, reason])).toEqual([
      ['only', 'running'],
      ['later', 'delay'],
      ['after', 'waiting_for_dependencies'],
    ]);
    expect(steps[1]).toMatchObject({ until: assigned.now + 60_000 });
    expect(steps[0]).toMatchObject({ holder: { worker: workerId('able') } });
  });

  test('says that a step is ready and others are executed', async () => {
    const { start: run, worker, reasonOf } = await start();
    const hand = worker('able', able);
    const id = await run('local');
    const { run: assigned, record } = await taken(hand);
    await report(hand, assigned, record);
    const answer = await reasonOf(id, 'waiting_for_room');
    expect(answer).toMatchObject({ holder: { name: 'able' } });
    expect(answer.message).toContain('executes as many steps of a local run at once');
  });

  test('whose worker is lost begins again', async () => {
    const { start: run, worker, explain, clock, engine } = await start();
    const hand = worker('able', able);
    const id = await run('local');
    const { run: assigned, record } = await taken(hand);
    record.next(assigned.now);
    await report(hand, assigned, record);
    const { leaseUntil } = (await engine.queries.listWorkers())[0] ?? { leaseUntil: 0 };
    await clock.advance(leaseUntil - clock.now() + 1);
    const [lost] = await explain(id);
    if (lost?.reason === 'worker_lost') expect(lost.message).toContain('The run begins again on another worker.');
    await clock.advance(20_000);
    const [whole, ...steps] = await explain(id);
    expect(whole).toMatchObject({ reason: 'waiting_for_worker' });
    expect(steps.every(({ reason }) => reason === 'waiting_for_run')).toBe(true);
  });

  test('that is cancelled says by whom, and waits for its worker to stop', async () => {
    const { start: run, worker, explain, engine } = await start();
    const hand = worker('able', able);
    const id = await run('local');
    const { run: assigned, record } = await taken(hand);
    record.next(assigned.now);
    await report(hand, assigned, record);
    await engine.cancelRun(id, { by: 'ann', reason: null, force: false });
    const [whole] = await explain(id);
    expect(whole).toMatchObject({ reason: 'cancelling', why: 'cancel', requestedBy: 'ann' });
    expect((await hand.sync()).cancellations).toMatchObject([{ run: id, step: -1, lost: false }]);
  });
});
