// What a page of runs costs does not depend on how many other runs there are. Pages of the database that a list touches are
// counted, by PostgreSQL itself: unlike times, they are the same on every machine.
import type { Reach } from '@millrace/core';
import type { Queries, RunFilter } from '@millrace/engine';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';
import { listConnection } from '../connections/connection-settings.ts';
import { openDatabase } from '../connections/database.ts';
import { withClient } from '../embedded/login.ts';
import { createQueries } from './queries.ts';
import type { Tables } from './tables.ts';

let server: TestPostgres | null = null;
let store: TestStore | null = null;
let client: pg.Client | null = null;
let close: () => Promise<void> = async () => {};
let queries: Queries;
let pages = 0;

const many = 30_000;

beforeAll(async () => {
  server = await startTestPostgres();
  store = await openTestStore(server);
  const { url } = store;
  // The runs of workspace `old` come first, so that whoever reads from the newest on passes all others.
  await withClient(url, (admin) =>
    admin.query(`
      insert into millrace.workflow (workspace, name)
      select 'old', 'x' union all select 'busy', 'w' || n from generate_series(1, 20) n;
      insert into millrace.pinned_workflow (workflow, revision, plan, folder) select id, 'r', 'p', '' from millrace.workflow;
      insert into millrace.run (id, version, workflow, child, status, started_at, ended_at)
      select n, 1, case when n <= 100 then 1 else 2 + n % 20 end, false, case when n % 100 = 7 then 'failed' else 'succeeded' end, n, n
      from generate_series(1, ${many}) n;
      insert into millrace.run_origin (id, pinned, workflow, child, created_at, facts, input)
      select r.id, r.workflow, r.workflow, false, r.id,
        '{"trigger":{"type":"api"},"parent":null,"depth":0,"startKey":null,"tags":[],"priority":0}', '{}'
      from millrace.run r;
      insert into millrace.run_tag (tag, run) select '"t"', n from generate_series(1, ${many}, 3) n;`),
  );
  await withClient(url, (admin) =>
    admin.query('vacuum (analyze) millrace.run, millrace.run_origin, millrace.run_tag, millrace.workflow'),
  );
  const target = { url, applicationName: 'test' };
  client = new pg.Client(listConnection(target, 'millrace'));
  await client.connect();
  const database = openDatabase(target, 'millrace', 1, () => undefined);
  const pool = new pg.Pool({ connectionString: url });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  queries = createQueries(database, db, async ({ sql: text, parameters }) => {
    pages += await pagesOf(text, parameters);
    return (await client?.query(text, [...parameters]))?.rows ?? [];
  });
  close = async () => {
    await db.destroy();
    await database.close();
  };
});

afterAll(async () => {
  await close();
  await client?.end();
  await store?.dispose();
  await server?.stop();
});

async function pagesOf(text: string, values: readonly unknown[]): Promise<number> {
  if (client === null) throw new Error('There is no connection.');
  const { rows } = await client.query(`explain (analyze, buffers, format json) ${text}`, [...values]);
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'] as [Readonly<{ Plan: Readonly<Record<string, number>> }>];
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

const within = (workspace: string): Reach => [{ allow: [[{ workspace }]], deny: [] }];

test.each<readonly [string, RunFilter, number]>([
  ['newest', {}, 10],
  ['of a workspace', { workspace: 'busy' }, 10],
  ['of a workspace whose runs are old', { workspace: 'old' }, 10],
  ['of a workflow', { workspace: 'busy', workflow: 'w3' }, 10],
  ['that succeeded', { status: ['succeeded'], workspace: 'old' }, 10],
  ['that failed', { status: ['failed'] }, 10],
  ['that failed in a workspace', { status: ['failed'], workspace: 'old' }, 1],
  ['that are under way', { status: ['queued', 'running', 'paused'] }, 0],
  ['with a tag', { tag: 't' }, 10],
  ['within a reach', { reach: within('busy') }, 10],
  ['within a reach whose runs are old', { reach: within('old') }, 10],
  ['that failed, within a reach', { reach: within('old'), status: ['failed'] }, 1],
  ['outside of what is denied', { reach: [{ allow: [[]], deny: [[{ workspace: 'busy' }]] }] }, 10],
])('a page of runs %s', async (_, filter, found) => {
  pages = 0;
  expect((await queries.listRuns(filter, { limit: 10, after: null })).items).toHaveLength(found);
  expect(pages).toBeGreaterThan(0);
  expect(pages).toBeLessThan(500);
});
