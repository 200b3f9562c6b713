// Schedules on real PostgreSQL: several servers, one of which dies again and again, and every tick has one run.
import { type Definitions, fireTimes, type ScheduleDefinition, ticksBetween } from '@millrace/core';
import { createEngine, type Engine, type Store } from '@millrace/engine';
import { createMemoryBlobs, createSettableClock } from '@millrace/engine/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTestStore, type TestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';

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

const schedules = 60;
const seconds = 40;

const schedule = (index: number): ScheduleDefinition => ({
  name: `s${index}`,
  type: 'schedule',
  workflow: 'quick',
  input: {},
  enabled: true,
  timezone: 'Europe/Oslo',
  // A tick may meet several dying servers in a row, each of which costs it the time that it stays hidden.
  catchUp: 'all',
  catchUpLimit: 1_000,
  ...(index % 2 === 0 ? { everyMs: (1 + (index % 7)) * 1_000 } : { cron: `*/${2 + (index % 9)} * * * * *` }),
});

const hooks = { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] };

const definitions: Definitions = {
  actions: {},
  workflows: {
    quick: {
      name: 'quick',
      tags: [],
      input: { kind: 'flat', fields: {} },
      vars: {},
      steps: [
        {
          name: 'never',
          inline: { type: 'function', function: 'f' },
          when: '1 == 2',
          input: {},
          dependsOn: [],
          next: [],
          onItemFailure: 'finish',
          continueOnFailure: false,
          labels: [],
          tags: [],
        },
      ],
      failFast: false,
      mode: 'distributed',
      hooks,
    },
  },
  triggers: Object.fromEntries(Array.from({ length: schedules }, (_, index) => [`s${index}`, schedule(index)])),
  hooks,
  places: {},
};

type Paged = Awaited<ReturnType<TestStore['queries']['listRuns']>>;

it('each tick has exactly one run, though servers die between starting a run and saving that they did', {
  timeout: 120_000,
}, async () => {
  const main = postgres;
  if (main === null) throw new Error('The store did not open.');
  const clock = createSettableClock(await main.store.now());
  const engines = new Set<Engine>();
  const errors: unknown[] = [];
  let saves = 0;
  let deaths = 0;
  let deadly = true;

  /** Every third save of what was decided is a server's last act: it does not arrive, and nobody hears of it again. */
  async function boot(name: string, opened: Pick<TestStore, 'store' | 'queries'>): Promise<void> {
    let alive = true;
    const gate: Store['schedules'] = {
      ...opened.store.schedules,
      takeDue: (request) => (alive ? opened.store.schedules.takeDue(request) : new Promise(() => undefined)),
      async save(changed) {
        if (changed.length === 0) return [];
        saves += 1;
        if (!deadly || saves % 3 !== 0) return opened.store.schedules.save(changed);
        alive = false;
        deaths += 1;
        await boot(`${name}+`, opened);
        return new Promise(() => undefined);
      },
    };
    const store = { ...opened.store, schedules: gate };
    const engine = await createEngine({
      store,
      queries: opened.queries,
      blobs: createMemoryBlobs(),
      clock,
      name,
      onError: (error) => errors.push(error),
    });
    engines.add(engine);
    await engine.start();
  }

  await boot('a', await main.another());
  await boot('b', await main.another());
  const [first] = engines;
  const request = { workspace: 'test', revision: 'r1', source: {}, definitions, diagnostics: [], files: null };
  expect((await first?.publishWorkspace(request))?.revision).toBe('r1');
  const begun = await main.store.schedules.ofWorkspace('test');
  expect(begun).toHaveLength(schedules);

  /** Moves both clocks on; a loop sleeps a millisecond longer than until the next tick. */
  const advance = async (ms: number) => {
    for (const part of [ms, 2]) {
      await main.advanceClock(part);
      clock.advance(part);
    }
    const nothingIsDue = async () => {
      clock.advance(1); // A server that has just begun, or found more to do, looks again at once.
      expect((await main.store.schedules.nextDueAt()) ?? 0).toBeGreaterThan(await main.store.now());
    };
    await vi.waitFor(nothingIsDue, { timeout: 20_000, interval: 5 });
  };
  for (let second = 0; second < seconds; second += 1) await advance(1_000);
  // What dead servers had taken comes back to the living.
  deadly = false;
  for (let wait = 0; wait < 4; wait += 1) await advance(10_000);
  const end = await main.store.now();
  const expected = begun.flatMap(({ name, definition, decidedUntil }) =>
    ticksBetween(fireTimes(definition), decidedUntil, end, 10_000).map(
      (tick) => `${new Date(tick).toISOString()} ${name}`,
    ),
  );
  /** Until `end`: the clocks go on while the last ones come. */
  const started = async () => {
    const runs: string[] = [];
    let after: string | null = null;
    do {
      const page: Paged = await main.queries.listRuns({}, { limit: 500, after });
      runs.push(...page.items.map(({ trigger }) => `${trigger.scheduled_at} ${trigger.name}`));
      after = page.next;
    } while (after !== null);
    return runs.filter((run) => Date.parse(run.split(' ')[0] ?? '') <= end).sort();
  };
  const allAreThere = async () => {
    await main.advanceClock(1);
    clock.advance(1);
    expect((await started()).length).toBeGreaterThanOrEqual(expected.length);
  };
  await vi.waitFor(allAreThere, { timeout: 30_000, interval: 20 });
  expect(await started()).toEqual([...expected].sort());
  expect(deaths).toBeGreaterThan(5);
  expect(errors).toEqual([]);
});
