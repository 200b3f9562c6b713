import { describe, expect, test } from 'vitest';
import { begin, explainingEngines } from '../../test/explaining-engine.ts';
import { settle } from '../../test/test-engine.ts';

const start = explainingEngines();

describe('being stopped', () => {
  test('tells by whom, since when, who still executes it and when it is forced', async () => {
    const { engine, explain, start: run, worker, clock } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('one');
    await hand.sync();
    await clock.advance(1_000);
    await engine.cancelRun(id, { by: 'ada', reason: 'wrong region', force: false });
    const [whole, step] = await explain(id);
    const stop = {
      why: 'cancel',
      since: begin + 1_000,
      requestedBy: 'ada',
      comment: 'wrong region',
      forcedAt: begin + 31_000,
    };
    expect(whole).toMatchObject({ step: null, reason: 'cancelling', ...stop, holder: null });
    expect(whole?.message).toContain('ada cancelled the run (wrong region). It waits for one step to stop.');
    expect(whole?.changes.at(-1)?.command).toBe(`millrace run cancel ${id} --force`);
    expect(step).toMatchObject({ step: 'only', reason: 'cancelling', ...stop, holder: { worker: 'w' }, child: null });
    expect(step?.message).toContain('worker w on test was told and has not reported its end.');
    await clock.advance(40_000);
    expect(await explain(id)).toMatchObject([{ reason: 'ended', status: 'cancelled' }]);
  });

  test('with a child run names the child', async () => {
    const { engine, reasonOf, start: run, worker } = await start();
    const hand = worker('w');
    await hand.sync();
    const id = await run('parent');
    await settle();
    await hand.sync();
    await engine.cancelRun(id, { by: 'ada', reason: null, force: false });
    await settle();
    const answer = await reasonOf(id, 'cancelling', 'child');
    expect(answer).toMatchObject({ why: 'cancel', holder: null, child: { status: 'running' } });
    expect(await reasonOf(answer.child?.run ?? id, 'cancelling')).toMatchObject({ holder: { worker: 'w' } });
  });

  test('because of a timeout of the run or of the step, a failure beside it, or a failed item says so', async () => {
    const { explain, start: run, worker, clock, reasonOf } = await start({ settings: { leaseMs: 600_000 } });
    const hand = worker('w', { slots: 20 });
    await hand.sync();
    const fast = await run('fast');
    await hand.sync();
    await hand.fail('breaks');
    expect(await reasonOf(fast, 'cancelling', 'goes')).toMatchObject({ why: 'fail_fast', requestedBy: 'fail_fast' });

    const items = await run('strict-items');
    await hand.sync();
    const result = { status: 'failed', error: { code: 'exit_code', message: 'bad' }, durationMs: 1 } as const;
    await hand.sync([{ of: hand.take('each', 1), result }]);
    const [whole, item] = await explain(items, { step: 'each' });
    expect(whole).toMatchObject({
      reason: 'cancelling',
      why: 'item_failed',
      item: -1,
      since: begin,
      forcedAt: begin + 30_000,
    });
    expect(item).toMatchObject({ reason: 'cancelling', why: 'item_failed', item: 0, holder: { worker: 'w' } });
    expect((await explain(items))[0]).toMatchObject({ reason: 'steps_open' });

    const bounded = await run('bounded');
    await hand.sync();
    await clock.advance(60_500);
    expect(await reasonOf(bounded, 'cancelling')).toMatchObject({ why: 'step_timeout', since: begin + 60_001 });
  });

  test('because the run timed out says so', async () => {
    const { start: run, worker, clock, explain } = await start({ settings: { leaseMs: 600_000 } });
    const hand = worker('w');
    await hand.sync();
    const id = await run('limited');
    await hand.sync();
    await clock.advance(120_500);
    expect((await explain(id))[0]).toMatchObject({ reason: 'cancelling', why: 'timeout', requestedBy: 'timeout' });
  });
});
