import { runHistory } from '@millrace/engine/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../testkit/start-test-postgres.ts';

/** How long to try, and how often even where that is slow; `MILLRACE_HISTORY_SEED` begins elsewhere. */
const seconds = Number(process.env.MILLRACE_HISTORY_SECONDS ?? 4);
const leastSeeds = 12;
const firstSeed = Number(process.env.MILLRACE_HISTORY_SEED ?? 1);

/** What even the shortest try has to lead to. */
const exercised = [
  ...[
    'commit won',
    'commit lost',
    'start won',
    'start lost',
    'attempt of claim',
    'attempt of give_back',
    'timer taken',
  ],
  ...['message taken', 'lease renewed', 'lease refused', 'worker expired', 'worker removed'],
];

let server: TestPostgres | null = null;
let postgres: TestStore | null = null;

beforeAll(async () => {
  server = await startTestPostgres();
  postgres = await openTestStore(server);
});

afterAll(async () => {
  await postgres?.dispose();
  await server?.stop();
});

it('keeps every promise to clients of two servers at once', { timeout: (seconds + 60) * 1_000 }, async () => {
  if (postgres === null) throw new Error('The store did not open.');
  const { store, advanceClock, another } = postgres;
  const stores = [store, (await another()).store] as const;
  const until = performance.now() + seconds * 1_000;
  const total: Record<string, number> = {};
  for (let seed = firstSeed; seed < firstSeed + leastSeeds || performance.now() < until; seed += 1) {
    const { faults, counts } = await runHistory({ seed, stores: [...stores], advanceClock });
    expect(faults, `seed ${seed}`).toEqual([]);
    for (const [what, times] of Object.entries(counts)) total[what] = (total[what] ?? 0) + times;
  }
  for (const what of exercised) expect(total[what], what).toBeGreaterThan(0);
});
