// A removal looks at 500 runs. What it asks of each must not cost by how many the others are.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';
import { hotConnection } from '../connections/connection-settings.ts';
import { inSchema, readStatement } from '../connections/statement.ts';
import { withClient } from '../embedded/login.ts';

let server: TestPostgres | null = null;
let store: TestStore | null = null;
let client: Client | null = null;

const runs = 400;

beforeAll(async () => {
  server = await startTestPostgres();
  store = await openTestStore(server);
  await withClient(store.url, (admin) =>
    admin.query(`
      insert into millrace.workflow (workspace, name) values ('w', 'f');
      insert into millrace.run_origin (id, pinned, workflow, child, created_at, facts, input)
      select n, 1, 1, false, 1, '{}', '{}' from generate_series(1, ${runs}) n;
      insert into millrace.run (id, version, workflow, child, status, started_at, ended_at, control)
      select n, 1, 1, false, 'succeeded', 1, 2, case when n % 2 = 0 then '{"hooks":[{"call":"a"},{"call":"b"}]}' end
      from generate_series(1, ${runs}) n;
      -- A hook of the second run is still running.
      insert into millrace.run_origin (id, pinned, workflow, child, created_at, start_key, facts, input)
      values (1000, 1, 1, false, 1, '["w","hook:2:b"]', '{}', '{}');
      insert into millrace.run (id, version, workflow, child, status, started_at) values (1000, 1, 1, false, 'running', 1);`),
  );
  client = new Client(hotConnection({ url: store.url, applicationName: 'test' }));
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await store?.dispose();
  await server?.stop();
});

type Node = Readonly<{ 'Node Type': string; 'Actual Loops': number; 'Actual Rows': number; Plans?: readonly Node[] }>;

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const below of node.Plans ?? []) yield* nodesOf(below);
}

test('a removal asks for each run a few times, and leaves one whose hook is still running', async () => {
  if (client === null) throw new Error('There is no connection.');
  const text = inSchema(readStatement(import.meta.url, 'remove-old-runs').text, 'millrace');
  await client.query(`prepare removal (bigint, int, bigint) as ${text}`);
  const { rows } = await client.query('explain (analyze, format json) execute removal (0, 500, 1000)');
  const [{ Plan: root }] = rows[0]['QUERY PLAN'] as [Readonly<{ Plan: Node }>];
  const often = [...nodesOf(root)].filter((node) => node['Actual Loops'] > 2 * runs);
  expect(often).toEqual([]);
  const left = await client.query('select id::int from millrace.run order by id');
  expect(left.rows.map(({ id }) => id)).toEqual([2, 1000]);
});
