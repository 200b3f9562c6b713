// Claims while somebody keeps a transaction open: PostgreSQL must then keep the index entries of all work that was claimed.
import { readFileSync } from 'node:fs';
import type { RunId } from '@millrace/core';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';
import { hotConnection } from '../connections/connection-settings.ts';
import { withClient } from '../embedded/login.ts';
import { beginning, type ClaimMark, ClaimMarks } from './claim-marks.ts';

describe('marks of claims', () => {
  let now = 0;
  let marks = new ClaimMarks(() => now);
  beforeEach(() => {
    now = 10_000;
    marks = new ClaimMarks(() => now);
  });
  const at = (readyAt: number, run = 1, priority = 0): ClaimMark => ({
    ...beginning,
    priority,
    readyAt,
    run: String(run) as RunId,
  });
  /** Claims from these lanes, the last of which ended so. */
  const look = (lanes: readonly number[], mark: ClaimMark, tookMs = 0) => {
    const beganAt = now;
    now += tookMs;
    marks.passed(lanes[0] ?? null, mark);
    marks.looked(lanes, beganAt);
  };
  const back = (readyAt: number, priority = 0): ClaimMark => ({ ...beginning, priority, readyAt });

  test('are there once all of a lane was looked at; a lane that nothing came from begins at its head', () => {
    marks.passed(1, at(7_000));
    expect(marks.of([1])).toBeNull();
    look([1, 2], at(7_000, 5, 2));
    marks.passed(null, at(1));
    expect(marks.of([1])).toEqual([back(6_000, 2)]);
    expect(marks.of([1, 2])).toEqual([back(6_000, 2), beginning]);
    expect(marks.of([1, 3])).toBeNull();
  });

  test('lie a second back by the time of the work', () => {
    look([1], at(7_000));
    now += 500;
    marks.passed(1, at(9_000));
    expect(marks.of([1])).toEqual([back(8_000)]);
  });

  test('lie a second back by the time of the claims, where all became ready in one moment', () => {
    look([1], at(7_000, 9));
    now += 999;
    marks.passed(1, at(7_000, 10));
    expect(marks.of([1])).toEqual([back(6_000)]);
    now += 1;
    marks.passed(1, at(7_000, 11));
    expect(marks.of([1])).toEqual([at(7_000, 9)]);
    now += 999;
    marks.passed(1, at(7_000, 1_000));
    expect(marks.of([1])).toEqual([at(7_000, 9)]);
    now += 1;
    look([1], at(7_000, 1_001));
    expect(marks.of([1])).toEqual([at(7_000, 11)]);
  });

  test.each([
    ['priority', at(9_000, 5, 1), at(8_000, 7, 2)],
    ['time', at(9_000, 5), at(8_500, 7)],
    ['run, as a number', at(9_000, 10), at(9_000, 9)],
    ['step', { ...at(9_000), step: 2 }, { ...at(9_000), step: 1, iteration: 5 }],
    ['iteration', { ...at(9_000), iteration: 2 }, { ...at(9_000), iteration: 1, item: 5 }],
    ['item', { ...at(9_000), item: 2 }, { ...at(9_000), item: 1 }],
  ])('go back to what was found before them, by %s', (_, settled, found) => {
    look([1], settled);
    now += 1_000;
    marks.passed(1, { ...settled, run: '99' as RunId });
    expect(marks.of([1])).toEqual([settled]);
    marks.passed(1, found);
    expect(marks.of([1])).toEqual([found]);
  });

  test('hold for two seconds after all was looked at, whatever was passed since', () => {
    look([1], at(7_000));
    now += 1_500;
    marks.passed(1, at(9_000));
    now += 500;
    expect(marks.of([1])).not.toBeNull();
    now += 1;
    expect(marks.of([1])).toBeNull();
  });

  test('hold for each lane by itself', () => {
    look([1], at(7_000));
    now += 1_500;
    look([2], at(7_000));
    now += 501;
    expect(marks.of([1])).toBeNull();
    expect(marks.of([2])).not.toBeNull();
  });

  test('hold for twenty times as long as it took to look at everything', () => {
    look([1], at(7_000), 500);
    now += 9_500;
    expect(marks.of([1])).not.toBeNull();
    now += 1;
    expect(marks.of([1])).toBeNull();
  });

  test('go when something may stand before them', () => {
    look([1], at(7_000));
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
        select n, 0, 0, -1, 1, 1, 0, true, 1000000 + n / 1000 * 1000, null, null, false, '{}' from generate_series(1, ${rows}) n;
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
  async function pages({ priority, readyAt, run, step, iteration, item }: ClaimMark): Promise<number> {
    if (hot === null) throw new Error('There is no connection.');
    await hot.query('begin');
    const values = ['w', [1], [0], 10, 10, [priority], [readyAt], [run], [step], [iteration], [item]];
    const { rows: answer } = await hot.query(`explain (analyze, buffers, format json) ${text}`, values);
    await hot.query('rollback');
    const [{ Plan: root }] = answer[0]['QUERY PLAN'] as [Readonly<{ Plan: Node }>];
    return [...nodesOf(root)]
      .filter((node) => node['Index Name'] === 'work_ready')
      .reduce((sum, node) => sum + node['Shared Hit Blocks'] + node['Shared Read Blocks'], 0);
  }

  test('passes over what was claimed before only if it begins at the head of the lane', async () => {
    const fromHead = await pages(beginning);
    const behind = { ...beginning, priority: 0, readyAt: 1_000_000 + rows - 1_000 };
    const fromTime = await pages(behind);
    expect(fromTime * 10).toBeLessThan(fromHead);
    // A thousand became ready in one moment, and 800 of them are claimed.
    expect(await pages({ ...behind, run: String(rows - 250) as RunId })).toBeLessThan(fromTime);
  });
});
