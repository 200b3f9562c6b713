import { afterEach, describe, expect, test } from 'vitest';
import { type HandWorker, settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Store } from '../ports/index.ts';

const yaml = `
workflows:
  two:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, depends_on: [first], cmd: "true" }
  one:
    steps:
      only: { type: shell, cmd: "true" }
`;

let open: TestEngine | null = null;
afterEach(async () => {
  expect(open?.errors ?? []).toEqual([]);
  await open?.stop();
  open = null;
});

/** A worker that has a call waiting, and whether that call was answered. */
async function waitingWorker() {
  open = await startTestEngine(yaml);
  const hand = open.worker('hand');
  await hand.sync();
  return { ...open, hand, waiting: wait(hand) };
}

function wait(hand: HandWorker): { answered: boolean } {
  const waiting = { answered: false };
  void hand.sync([], { waitMs: 20_000 }).then(() => {
    waiting.answered = true;
  });
  return waiting;
}

const result = { status: 'succeeded', output: null, durationMs: 1 } as const;
const stepsOf = (hand: HandWorker) => hand.assignments.map(({ stepName }) => stepName);

describe('a call of a worker', () => {
  test('that brings a result is answered with the step that follows, and the one that waits goes on waiting', async () => {
    const { hand, start } = await waitingWorker();
    const run = await start('two');
    await settle();
    const waiting = wait(hand);
    const answer = await hand.sync([{ of: hand.take('first'), result }]);
    expect(answer.assignments.map(({ stepName }) => stepName)).toEqual(['second']);
    await hand.sync([{ of: hand.take('second'), result }]);
    await settle();
    expect(waiting.answered).toBe(false);
    expect(await open?.statusOf(run)).toBe('succeeded');
  });

  test('that waits is answered as soon as there is work', async () => {
    const { hand, start, waiting } = await waitingWorker();
    await settle();
    expect(waiting.answered).toBe(false);
    await start('one');
    await settle();
    expect([waiting.answered, stepsOf(hand)]).toEqual([true, ['only']]);
  });

  test('that waits is answered when work comes while another one brings a result', async () => {
    const { hand, start, waiting } = await waitingWorker();
    await start('one');
    await settle();
    expect(waiting.answered).toBe(true);
    const next = wait(hand);
    // Both commits at once: whichever call tells of the step, it is told.
    await Promise.all([hand.sync([{ of: hand.take('only'), result }]), start('two')]);
    await settle();
    expect(stepsOf(hand)).toEqual(['only', 'first']);
    await hand.sync([{ of: hand.take('first'), result }], { lose: true });
    // That answer is lost; the next one, whatever it brings, tells of it again.
    await hand.sync();
    await settle();
    expect([next.answered, stepsOf(hand)]).toEqual([true, ['only', 'first', 'second']]);
  });

  test('that names as held what another one reports at the same time is no reason to ask the store', async () => {
    let asked = 0;
    const count = (store: Store): Store => ({
      ...store,
      work: {
        ...store.work,
        heldBy(worker) {
          asked += 1;
          return store.work.heldBy(worker);
        },
      },
    });
    open = await startTestEngine(yaml, { wrap: count });
    const hand = open.worker('hand');
    await hand.sync();
    await open.start('two');
    await hand.sync();
    const first = hand.take('first');
    asked = 0;
    const [answer, other] = await Promise.all([
      hand.sync([{ of: first, result }]),
      hand.sync([], { running: [first], waitMs: 1 }),
    ]);
    expect([answer.confirmed.length, other.cancellations, asked]).toEqual([1, [], 0]);
    // Once it has let go of it, it has no right to it any more.
    await hand.sync([], { running: [hand.take('second')] });
    const late = await hand.sync([], { running: [first, hand.take('second')] });
    expect(late.cancellations).toEqual([expect.objectContaining({ step: first.step, lost: true })]);
  });

  test('that waits ends when a newer one waits', async () => {
    const { hand, waiting } = await waitingWorker();
    const newer = wait(hand);
    await settle(); // A call by hand lets all come to rest as well, before it counts as answered.
    await settle();
    expect([waiting.answered, newer.answered]).toEqual([true, false]);
  });
});
