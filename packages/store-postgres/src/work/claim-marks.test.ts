// Claims while somebody keeps a transaction open: PostgreSQL must then keep the index entries of all work that was claimed.
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hotConnection } from '../connections/connection-settings.ts';
import { withClient } from '../embedded/login.ts';
import { startTestPostgres, type TestPostgres } from '../embedded/test-server.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { beginning, ClaimMarks } from './claim-marks.ts';

describe('marks of claims', () => {
  let now = 0;
  const marks = new ClaimMarks(() => now);

  test('hold for all lanes that a filled claim has passed, a second back', () => {
    marks.begin();
    expect(marks.of([1])).toBeNull();
    marks.passed(1, { priority: 3, readyAt: 5_000 });
    marks.passed(1, { priority: 2, readyAt: 7_000 });
    marks.passed(null, { priority: 0, readyAt: 0 });
    expect(marks.of([1])).toEqual([{ priority: 2, readyAt: 6_000 }]);
    expect(marks.of([1, 2])).toBeNull();
  });

  test('hold for two seconds after all was looked at, whatever was passed since', () => {
    now = 1_500;
    marks.passed(1, { priority: 2, readyAt: 9_000 });
    now = 2_000;
    expect(marks.of([1])).toEqual([{ priority: 2, readyAt: 8_000 }]);
    now = 2_001;
    expect(marks.of([1])).toBeNull();
    marks.begin();
    expect(marks.of([1])).toBeNull();
  });

  test('go when something may stand before them', () => {
    marks.passed(1, { priority: 2, readyAt: 9_000 });
    marks.clear();
    expect(marks.of([1])).toBeNull();
  });
});

type Node = Readonly<{
  'Index Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: readonly Node[];
}>;

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const below of node.Plans ?? []) yield* nodesOf(below);
}

describe('a claim under an old transaction', () => {
  const rows = 20_000;
  let server: TestPostgres | null = null;
  let store: TestStore | null = null;
  let old: Client | null = null;
  let hot: Client | null = null;

  beforeAll(async () => {
    server = await startTestPostgres();
    store = await openTestStore(server);
    await withClient(store.url, (admin) =>
      admin.query(`
        insert into millrace.lane (key, queue, capability, labels, planned) values ('k', 'q', 'shell', '[]', true);
        insert into millrace.work
        select n, 0, 0, -1, 1, 1, 0, true, 1000000 + n, null, null, false, '{}' from generate_series(1, ${rows}) n;
        analyze millrace.work;`),
    );
    old = new Client(store.url);
    await old.connect();
    await old.query('begin isolation level repeatable read');
    await old.query('select count(*) from millrace.work');
    hot = new Client(hotConnection({ url: store.url, applicationName: 'test' }));
    await hot.connect();
    await hot.query(`update millrace.work set ready = false, worker = 'w', leased_at = 1 where run <= ${rows - 200}`);
  });

  afterAll(async () => {
    await hot?.end();
    await old?.end();
    await store?.dispose();
    await server?.stop();
  });

  const text = readFileSync(new URL('./claim-work.sql', import.meta.url), 'utf8');
  /** Pages in which a claim of ten looks for ready work; nothing is claimed in the end. */
  async function pages({ priority, readyAt }: typeof beginning): Promise<number> {
    if (hot === null) throw new Error('There is no connection.');
    await hot.query('begin');
    const values = ['w', [1], [0], 10, 10, [priority], [readyAt]];
    const { rows: answer } = await hot.query(`explain (analyze, buffers, format json) ${text}`, values);
    await hot.query('rollback');
    const [{ Plan: root }] = answer[0]['QUERY PLAN'] as [Readonly<{ Plan: Node }>];
    return [...nodesOf(root)]
      .filter((node) => node['Index Name'] === 'work_ready')
      .reduce((sum, node) => sum + node['Shared Hit Blocks'] + node['Shared Read Blocks'], 0);
  }

  test('passes over what was claimed before only if it begins at the head of the lane', async () => {
    const fromHead = await pages(beginning);
    const fromMark = await pages({ priority: 0, readyAt: 1_000_000 + rows - 250 });
    expect(fromMark * 10).toBeLessThan(fromHead);
  });
});
