import { describe, expect, test } from 'vitest';
import { begin, explainingEngines } from '../../test/explaining-engine.ts';

const open = explainingEngines();
const start = async () => {
  const engine = await open();
  const hand = engine.worker('w', { slots: 20 });
  await hand.sync();
  return { ...engine, hand };
};

describe('limits', () => {
  test('a key: who holds it since when, the place in line, and who can change it', async () => {
    const { start: run, reasonOf, clock, hand } = await start();
    const holder = await run('keyed');
    await hand.sync();
    await run('keyed');
    const third = await run('keyed');
    await clock.advance(3_000);
    const answer = await reasonOf(third, 'waiting_for_limits');
    expect(answer).toMatchObject({
      since: begin,
      limits: [
        {
          kind: 'concurrency',
          key: 'db',
          limit: 1,
          whenFull: 'queue',
          held: 1,
          ahead: 1,
          holders: [{ run: holder, step: 'only', item: -1, since: begin }],
        },
      ],
      changes: [
        { by: 'run', command: `millrace explain ${holder}` },
        { by: 'person', command: `millrace run cancel ${holder}` },
      ],
    });
    expect(answer.message).toBe(
      `Step only waits since 2026-01-01T00:00:00.000Z (3s ago) for the key db (1 of 1 held: step only of run ${holder}, ` +
        'the first since 2026-01-01T00:00:00.000Z (3s ago)), with 1 other before it in line.',
    );
  });

  test('a queued run, and each of its steps', async () => {
    const { start: run, explain, statusOf } = await start();
    const holder = await run('exclusive');
    const queued = await run('exclusive');
    expect(await statusOf(queued)).toBe('queued');
    const [whole, ...parts] = await explain(queued);
    expect(parts).toEqual([]);
    expect(whole).toMatchObject({
      step: null,
      reason: 'waiting_for_limits',
      limits: [{ key: 'all', held: 1, ahead: 0, holders: [{ run: holder, step: null }] }],
    });
    expect(whole?.changes.map(({ command }) => command)).toContain(`millrace run cancel ${queued}`);
    const [step] = await explain(queued, { step: 'only' });
    expect(step).toMatchObject({ step: 'only', reason: 'waiting_for_limits' });
    expect(step?.message).toContain('Step only begins with its run. Run');
  });

  test('a rate: when it has room again', async () => {
    const { start: run, reasonOf } = await start();
    await run('rated');
    const answer = await reasonOf(await run('rated'), 'waiting_for_limits');
    expect(answer).toMatchObject({
      limits: [{ kind: 'rate', key: 'api', limit: 1, perMs: 60_000, freeAt: begin + 60_000 }],
      changes: [{ by: 'clock', at: begin + 60_000 }],
    });
    expect(answer.message).toContain(
      'the rate api (1 in 1m), which has room again at 2026-01-01T00:01:00.000Z (in 1m)',
    );
  });

  test('a queue', async () => {
    const { start: run, reasonOf } = await start();
    const holder = await run('in-queue');
    const answer = await reasonOf(await run('in-queue'), 'waiting_for_limits');
    expect(answer.message).toContain(`queue narrow (1 of 1 held: step only of run ${holder}`);
  });

  test('the deadline of a queue_timeout', async () => {
    const { start: run, reasonOf } = await start();
    await run('keyed');
    const answer = await reasonOf(await run('hasty'), 'waiting_for_limits');
    expect(answer.deadlines).toEqual([{ kind: 'queue_timeout', at: begin + 5_000 }]);
  });
});
