import { afterEach, describe, expect, test } from 'vitest';
import { HandWorker, settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Store } from '../ports/store.ts';

const yaml = `
workflows:
  two:
    steps:
      first: { type: shell, cmd: "true" }
      second: { type: shell, cmd: "true", depends_on: [first] }
`;

/** Loads read at once, and answer when they are let. */
function createSlowLoads() {
  let wait: PromiseWithResolvers<void> | null = null;
  return {
    hold(): void {
      wait = Promise.withResolvers();
    },
    async release(): Promise<void> {
      wait?.resolve();
      wait = null;
      await settle();
    },
    wrap: (store: Store): Store => ({
      ...store,
      runs: {
        ...store.runs,
        async load(ids) {
          const loaded = await store.runs.load(ids);
          await wait?.promise;
          return loaded;
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

describe('a command that comes while a load is under way', () => {
  test('is not refused for what the load had read before', async () => {
    const loads = createSlowLoads();
    open = await startTestEngine(yaml, { wrap: loads.wrap });
    const { engine, another, start, statusOf } = open;
    const run = await start('two');
    const other = await another('second');
    const hand = new HandWorker(other.workers, 'w');
    loads.hold();
    await hand.sync();
    await hand.sync();
    // The second server loads the run ahead of the result; what it reads knows nothing of the step after it.
    const first = hand.take('first');
    const elsewhere = new HandWorker(engine.workers, 'w');
    await elsewhere.sync([{ of: first, result: { status: 'succeeded', output: null, durationMs: 1 } }]);
    await elsewhere.sync();
    const second = elsewhere.take('second');
    const reported = hand.sync([{ of: second, result: { status: 'succeeded', output: null, durationMs: 1 } }]);
    await settle();
    await loads.release();
    await reported;
    expect(await statusOf(run)).toBe('succeeded');
  });
});
