// A table that autovacuum looked at while it was nearly empty, and that 100,000 rows came into a second later, looks small
// to the planner. Statements of the engine must find their rows by their keys even then.
import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';
import { withClient } from '../embedded/login.ts';
import { commitStatements, type Piece } from '../runs/commit/commit-statement.ts';
import { hotConnection } from './connection-settings.ts';

let server: TestPostgres | null = null;
let store: TestStore | null = null;
let client: Client | null = null;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server?.stop();
});

/** A store of which the planner believes what these statements left. */
function openOn(...statements: readonly string[]): void {
  beforeAll(async () => {
    if (server === null) throw new Error('There is no server.');
    store = await openTestStore(server);
    await withClient(store.url, async (admin) => {
      for (const statement of statements) await admin.query(statement);
    });
    client = new Client(hotConnection({ url: store.url, applicationName: 'test' }));
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await store?.dispose();
  });
}

const rows = 20_000;
/** Tables that are full one moment and empty the next. */
const tables = ['work', 'wait', 'slot', 'outbox'];
const named = `any (array[${tables.map((name) => `'millrace.${name}'::regclass`)}])`;
const believedSmall = `
  insert into millrace.work
  select 1, 0, 0, n, 1, 1, 0, true, 1, null, null, false, '{}' from generate_series(1, ${rows}) n;
  insert into millrace.wait (run, step, iteration, item, kind, attempt, document)
  select 1, 0, 0, n, 'held', 1, '{}' from generate_series(1, ${rows}) n;
  insert into millrace.slot
  select 1, 0, 0, n, 1, 0, 0, 'w', 'concurrency', 'k', 'k', 1, null, 'queue', n > 5000, n <= 5000, n <= 5000, false,
    false, 0, 1, case when n <= 5000 then 1 end, null, null
  from generate_series(1, ${rows}) n;
  insert into millrace.outbox select 1, n, 0, 1, 1, '{}' from generate_series(1, ${rows}) n;
  analyze millrace.work, millrace.wait, millrace.slot, millrace.outbox;
  update pg_class set reltuples = 2 where oid = ${named};
  update pg_class set reltuples = 0
  where oid in (
    select indexrelid from pg_index
    where indrelid = ${named}
  );`;

type Node = Readonly<{
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: readonly Node[];
}>;

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const below of node.Plans ?? []) yield* nodesOf(below);
}

/** What reads these tables otherwise than by a condition on an index. */
async function wholeReads(text: string, among = tables): Promise<readonly string[]> {
  if (client === null) throw new Error('There is no connection.');
  const { rows: answer } = await client.query(`explain (generic_plan, format json) ${text}`);
  const [{ Plan: root }] = answer[0]['QUERY PLAN'] as [Readonly<{ Plan: Node }>];
  return [...nodesOf(root)]
    .filter((node) => node['Node Type'].endsWith('Scan') && among.includes(node['Relation Name'] ?? ''))
    .filter((node) => node['Index Cond'] === undefined && node['Node Type'] !== 'Tid Scan')
    .map((node) => `${node['Node Type']} of ${node['Relation Name']} by ${node['Index Name'] ?? 'nothing'}`);
}

const statement = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

const folder = (name: string): readonly string[] =>
  readdirSync(new URL(`../${name}/`, import.meta.url))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => `${name}/${file}`);

/** What is read from the beginning of an index, to find the first few rows; or as a whole, since all of it is wanted. */
const readInOrder: Readonly<Record<string, readonly string[]>> = {
  'work/ready-lanes.sql': ['Index Only Scan of work by work_ready'],
  'waits/next-due-at.sql': ['Index Only Scan of wait by wait_due'],
  'slots/free-orphans.sql': ['Index Only Scan of slot by slot_pkey'],
  'slots/nested-requests.sql': ['Index Scan of slot by slot_nested'],
  'outbox/take-old-messages.sql': ['Seq Scan of outbox by nothing'],
};

const changing: readonly Piece[] = [
  ...(['update-runs', 'replace-work', 'delete-work', 'hold-work', 'cancel-work', 'set-waits'] as const),
  ...(['clear-waits', 'clear-outbox', 'take-slots', 'release-slots'] as const),
];
const commit = commitStatements('millrace')(new Set(changing), false).text;

describe('tables that are believed to be small', () => {
  openOn(believedSmall);

  test('a commit finds the rows that it changes by their keys', async () => {
    expect(await wholeReads(commit)).toEqual([]);
  });

  test.each([
    ...folder('work'),
    ...folder('waits'),
    ...folder('slots'),
    ...folder('outbox'),
    ...folder('history'),
    'workers/expired-workers.sql',
    'queries/run-details.sql',
  ])('%s finds its rows by an index', async (file) => {
    expect(await wholeReads(statement(file))).toEqual(readInOrder[file] ?? []);
  });

  test.each([...folder('history'), 'queries/run-details.sql'])(
    '%s reads runs and attempts by their keys, however many there are',
    async (file) => {
      expect(await wholeReads(statement(file), ['run', 'run_origin', 'attempt', 'rerun', 'run_tag'])).toEqual([]);
    },
  );
});

describe('tables that were vacuumed when they were empty', () => {
  openOn('vacuum analyze');
  const all = [...tables, 'run', 'run_origin', 'attempt', 'rerun', 'run_tag', 'removed_run'];
  /** Of what is nearly always empty, or is read seldom, all is read. */
  const readAsWhole: Readonly<Record<string, readonly string[]>> = {
    ...readInOrder,
    'history/remains-of-runs.sql': ['Index Only Scan of removed_run by removed_run_pkey'],
    'slots/nested-requests.sql': ['Index Scan of slot by slot_pkey'],
    'workers/renew-workers.sql': ['Index Scan of work by work_cancel'],
  };

  test('a commit finds the rows that it changes by their keys', async () => {
    expect(await wholeReads(commit, all)).toEqual([]);
  });

  test.each([
    ...folder('work'),
    ...folder('waits'),
    ...folder('slots'),
    ...folder('outbox'),
    ...folder('history'),
    ...folder('runs'),
    ...folder('workers'),
    'queries/run-details.sql',
  ])('%s finds its rows by an index', async (file) => {
    expect(await wholeReads(statement(file), all)).toEqual(readAsWhole[file] ?? []);
  });
});
