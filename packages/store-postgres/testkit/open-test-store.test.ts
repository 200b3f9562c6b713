import { type Audit, createAudit } from '@millrace/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../src/embedded/login.ts';
import { openTestStore, reuseTestStores, type TestStore } from './open-test-store.ts';
import { startTestPostgres, type TestPostgres } from './start-test-postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server?.stop());

/** Every row of every table, and where every sequence stands. */
const contentOf = ({ url }: TestStore): Promise<Readonly<Record<string, unknown>>> =>
  withClient(url, async (client) => {
    const tables = await client.query(`select tablename from pg_tables where schemaname = 'millrace'`);
    const content: Record<string, unknown> = {};
    for (const { tablename } of tables.rows) {
      content[tablename] = (await client.query(`select * from millrace.${tablename}`)).rows;
    }
    const sequences = await client.query(
      `select sequencename, last_value from pg_sequences where schemaname = 'millrace' order by sequencename`,
    );
    return { ...content, sequences: sequences.rows };
  });

async function use(store: TestStore): Promise<void> {
  const clock = { now: () => 1_800_000_000_000, after: () => () => undefined };
  const audit: Audit = createAudit({ ...store, clock, onError: (error) => expect(error).toBeUndefined() });
  const object = 'workspaces/w/secrets/s';
  await audit.record({ operation: 'setSecret', outcome: 'done', actor: 'ada', object, after: { key: 'k' } });
  await store.store.runs.allocateIds(3);
  await store.store.secrets.put({ workspace: 'w', name: 's', keyId: 'k', envelope: 'e', updatedBy: 'ada' });
  await store.advanceClock(5_000);
}

test('a database that is used again is as a new one', async () => {
  const fresh = await openTestStore(server);
  const expected = await contentOf(fresh);
  await fresh.dispose();
  const open = reuseTestStores(server);
  const first = await open();
  await use(first);
  expect(await contentOf(first)).not.toEqual(expected);
  await first.dispose();
  const second = await open();
  expect(second.url).toBe(first.url);
  expect(await contentOf(second)).toEqual(expected);
  await second.dispose();
});

test('two that are open at once have databases of their own', async () => {
  const open = reuseTestStores(server);
  const [one, other] = [await open(), await open()];
  expect(one.url).not.toBe(other.url);
  await one.dispose();
  await other.dispose();
});
