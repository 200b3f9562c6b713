// What the hot path writes, counted by PostgreSQL itself. Unlike times, these counts are the same on every machine; one
// more row or index entry for each run is a decision, not an accident.
import { type AttemptKey, planHash, type RunHead, type RunId, type Work, workerId } from '@millrace/core';
import type { RunCommit } from '@millrace/engine';
import { noChanges } from '@millrace/engine/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../testkit/start-test-postgres.ts';
import { withClient } from './embedded/login.ts';

let server: TestPostgres | null = null;
let store: TestStore;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server?.stop();
});

beforeEach(async () => {
  if (server === null) throw new Error('There is no server.');
  store = await openTestStore(server);
});

type Counts = Readonly<{ inserted: number; updated: number; hot: number; deleted: number }>;

/** What was written since the schema was made; connections tell of it when they end. Ends the store. */
async function written(): Promise<Readonly<Record<string, Counts>>> {
  const { url } = store;
  await store.close();
  try {
    return await withClient(url, async (client) => {
      for (;;) {
        const { rows: open } = await client.query(
          `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
        );
        if (open.length === 0) break;
      }
      const { rows } = await client.query<Counts & { name: string }>(
        `select relname as name, n_tup_ins::int as inserted, n_tup_upd::int as updated, n_tup_hot_upd::int as hot,
          n_tup_del::int as deleted
        from pg_stat_user_tables
        where schemaname = 'millrace' and relname <> 'test_clock' and relname not like 'migration%'
          and n_tup_ins + n_tup_upd + n_tup_del > 0`,
      );
      return Object.fromEntries(rows.map(({ name, ...counts }) => [name, counts]));
    });
  } finally {
    await store.dispose();
  }
}

const worker = workerId('w');
const key = (step: number): AttemptKey => ({ step, item: -1, iteration: 0, attempt: 1 });
const head = (status: RunHead['status']): RunHead => ({
  status,
  startedAt: 1,
  endedAt: status === 'running' ? null : 2,
  control: null,
  output: null,
  error: null,
});
const leased = (step: number): Work => ({
  ...key(step),
  lane: { queue: 'default', capability: 'function', labels: [] },
  priority: 0,
  readyAt: 1,
  document: '{"input":{},"names":{}}',
  worker,
  leasedAt: 1,
});
const ended = (step: number): RunCommit['changes']['attempts'][number] => ({
  ...key(step),
  status: 'succeeded',
  reason: null,
  final: true,
  readyAt: 1,
  startedAt: 1,
  endedAt: 2,
  worker,
  input: '{}',
  output: '{"ok":true}',
  error: null,
});

/** The commits of runs of so many steps in a row, all of which a worker here takes at once. */
async function executeRuns(count: number, steps: number): Promise<void> {
  const ids = await store.store.runs.allocateIds(count);
  const commit = async (version: number, changes: Partial<RunCommit['changes']>, create = false) => {
    const batch = ids.map((id): RunCommit => {
      const given = { ...noChanges, ...changes };
      return { id, expectedVersion: version, create: create ? creation(id) : null, changes: given, delivered: [] };
    });
    expect((await store.store.runs.commit(batch, 'hint')).committed.size).toBe(count);
  };
  await commit(0, { head: head('running'), work: [leased(0)] }, true);
  for (let step = 0; step < steps; step += 1) {
    const last = step === steps - 1;
    const after = last ? { head: head('succeeded') } : { work: [leased(step + 1)] };
    await commit(step + 1, { attempts: [ended(step)], workDone: [key(step)], ...after });
  }
}

const creation = (id: RunId): RunCommit['create'] => ({
  origin: {
    id,
    workspace: 'shop',
    workflow: 'order',
    revision: 'r1',
    plan: planHash('ab'.repeat(32)),
    trigger: { type: 'api' },
    parent: null,
    depth: 0,
    startKey: null,
    tags: [],
    priority: 0,
    rerunOf: null,
  },
  input: '{}',
});

const once = { workflow: 1, pinned_workflow: 1, lane: 1 };

test('a run of one step writes three rows when it starts, and two and a change when it ends', async () => {
  await executeRuns(100, 1);
  const { lane, workflow, pinned_workflow, ...rows } = await written();
  expect(rows).toEqual({
    run: { inserted: 100, updated: 100, hot: expect.any(Number), deleted: 0 },
    run_origin: { inserted: 100, updated: 0, hot: 0, deleted: 0 },
    attempt: { inserted: 100, updated: 0, hot: 0, deleted: 0 },
    work: { inserted: 100, updated: 0, hot: 0, deleted: 100 },
  });
  expect({ workflow: workflow?.inserted, pinned_workflow: pinned_workflow?.inserted, lane: lane?.inserted }).toEqual(
    once,
  );
});

test('a step between two others rewrites its run within its page: no index is touched', async () => {
  await executeRuns(50, 10);
  const { run, attempt, work } = await written();
  expect(attempt?.inserted).toBe(500);
  expect([work?.inserted, work?.updated, work?.deleted]).toEqual([500, 0, 500]);
  expect(run?.updated).toBe(500);
  // The end of a run leaves an index; the nine versions before do not, but for pages that were full for a moment.
  expect(run?.hot).toBeGreaterThanOrEqual(400);
});

test('heartbeats of 500 workers are one statement, and touch no index', async () => {
  const ids = Array.from({ length: 500 }, (_, at) => workerId(`worker-${at}`));
  for (const id of ids) {
    const description = {
      id,
      name: id,
      labels: [],
      capabilities: ['shell'],
      queues: ['*'],
      slots: 4,
      version: '0',
      host: 'h',
      pid: 1,
    };
    await store.store.workers.register(description as Parameters<typeof store.store.workers.register>[0], 9_000);
  }
  for (let beat = 0; beat < 20; beat += 1) {
    await store.advanceClock(2_000);
    expect((await store.store.workers.renew(ids, 9_000)).alive).toHaveLength(500);
  }
  const { worker: table, ...others } = await written();
  expect(others).toEqual({});
  expect(table?.inserted).toBe(500);
  expect(table?.updated).toBe(10_000);
  expect(table?.hot).toBeGreaterThanOrEqual(9_000);
});
