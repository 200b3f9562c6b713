import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Store } from '../ports/store.ts';

const yaml = `
workflows:
  two:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, cmd: "true", depends_on: [first] }
`;

/** Commits that are given to the store one by one; it is told of their runs. */
function createHeldCommits() {
  const waiting: { runs: readonly string[]; go: (failure: Error | null) => void }[] = [];
  let hold = false;
  return {
    hold(): void {
      hold = true;
    },
    /** How many runs each commit has that the store was asked for and has not answered. */
    get sizes(): readonly number[] {
      return waiting.map(({ runs }) => runs.length);
    },
    get runs(): readonly string[] {
      return waiting.flatMap(({ runs }) => runs);
    },
    /** Lets one go on, the oldest unless told otherwise. */
    async next({ at = 0, failure = null }: { at?: number; failure?: Error | null } = {}): Promise<void> {
      const [commit] = waiting.splice(at, 1);
      if (commit === undefined) throw new Error('No commit waits.');
      commit.go(failure);
      await settle();
    },
    async release(): Promise<void> {
      hold = false;
      while (waiting.length > 0) await this.next();
    },
    wrap: (store: Store): Store => ({
      ...store,
      runs: {
        ...store.runs,
        async commit(batch, hint) {
          if (hold) {
            const { promise, resolve } = Promise.withResolvers<Error | null>();
            waiting.push({ runs: batch.map(({ id }) => id), go: resolve });
            const failure = await promise;
            if (failure !== null) throw failure;
          }
          return await store.runs.commit(batch, hint);
        },
      },
    }),
  };
}

let open: TestEngine | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

async function openWith(overlapFrom: number, maxBatch = 1_000) {
  const commits = createHeldCommits();
  open = await startTestEngine(yaml, { wrap: commits.wrap, settings: { overlapFrom, maxBatch } });
  const { start, statusOf, worker } = open;
  const starts = (count: number) => Array.from({ length: count }, () => start('two'));
  return { commits, starts, statusOf, worker, open };
}

describe('commits', () => {
  test('many waiting runs are shared between two, and more wait for the end of one', async () => {
    const { commits, starts, statusOf } = await openWith(4);
    commits.hold();
    const first = starts(10);
    await settle();
    expect(commits.sizes).toEqual([5, 5]);
    const second = starts(9);
    await settle();
    expect(commits.sizes).toEqual([5, 5]);
    await commits.next();
    expect(commits.sizes).toEqual([5, 9]);
    expect(new Set(commits.runs).size).toBe(14);
    await commits.release();
    const runs = await Promise.all([...first, ...second]);
    expect(await Promise.all(runs.map(statusOf))).toEqual(runs.map(() => 'running'));
  });

  test('few runs wait for the commit that is under way, and share the next', async () => {
    const { commits, starts } = await openWith(4);
    commits.hold();
    const first = starts(1);
    await settle();
    const second = starts(3);
    await settle();
    expect(commits.sizes).toEqual([1]);
    const third = starts(1);
    await settle();
    expect(commits.sizes).toEqual([1, 4]);
    await commits.release();
    await Promise.all([...first, ...second, ...third]);
  });

  test('nothing is decided on a run while it is in one; what comes for it is in the next', async () => {
    const { commits, starts, statusOf, worker } = await openWith(1);
    const hand = worker('w', { slots: 1 });
    await hand.sync();
    const [run] = await Promise.all(starts(1));
    if (run === undefined) throw new Error('Nothing was started.');
    await hand.sync();
    commits.hold();
    const done = { status: 'succeeded', output: null, durationMs: 1 } as const;
    const reported = hand.sync([{ of: hand.take('first'), result: done }]);
    await settle();
    expect(commits.runs).toEqual([run]);
    const cancelled = open?.engine.cancelRun(run, { by: 'ada', reason: null, force: false });
    await settle();
    expect(commits.runs).toEqual([run]);
    await commits.next();
    expect(commits.runs).toEqual([run]);
    await commits.release();
    await Promise.all([reported, cancelled]);
    await hand.sync();
    expect(await statusOf(run)).toBe('running');
  });

  test('one that fails takes nothing with it from the other', async () => {
    const { commits, starts, statusOf } = await openWith(1);
    commits.hold();
    const outcomes = Promise.allSettled(starts(4));
    await settle();
    expect(commits.sizes).toEqual([2, 2]);
    await commits.next({ failure: new Error('The line is cut.') });
    await commits.release();
    const settled = await outcomes;
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    for (const one of settled) if (one.status === 'fulfilled') expect(await statusOf(one.value)).toBe('running');
    open?.errors.splice(0);
  });

  test('the second may be answered first', async () => {
    const { commits, starts, statusOf } = await openWith(1);
    commits.hold();
    const all = starts(4);
    await settle();
    await commits.next({ at: 1 });
    await commits.release();
    const runs = await Promise.all(all);
    expect(await Promise.all(runs.map(statusOf))).toEqual(runs.map(() => 'running'));
  });
});
