import { withClient } from '../src/embedded/login.ts';
import { openPostgresStore, type PostgresStore } from '../src/open-store.ts';
import type { TestPostgres } from './start-test-postgres.ts';

/** The store's clock as tests have it: it stands until they move it. */
const start = 1_800_000_000_000;
const template = { name: 'millrace_store_conformance', prepare: prepareSchema };

export type TestStore = PostgresStore &
  Readonly<{
    url: string;
    another(): Promise<PostgresStore>;
    advanceClock(ms: number): Promise<void>;
    dispose(): Promise<void>;
  }>;

/** An empty, migrated schema in a database of its own, under a clock that only moves when it is told to. */
export async function openTestStore(server: TestPostgres): Promise<TestStore> {
  const database = await server.createDatabase(template);
  const { url } = database;
  const opened: PostgresStore[] = [];
  const errors: unknown[] = [];
  const open = async () => {
    const store = await openPostgresStore({ url, poolSize: 6, onError: (error) => errors.push(error) });
    opened.push(store);
    return store;
  };
  return {
    ...(await open()),
    url,
    another: open,
    async advanceClock(ms) {
      await withClient(url, (client) => client.query(`update millrace.test_clock set ms = ms + ${ms}`));
    },
    async dispose() {
      await Promise.all(opened.map((store) => store.close()));
      await database.drop();
      if (errors.length > 0) throw new AggregateError(errors, 'The store had to get over errors.');
    },
  };
}

async function prepareSchema(url: string): Promise<void> {
  const store = await openPostgresStore({ url });
  await store.migrate();
  await store.close();
  await withClient(url, (client) =>
    client.query(`
      create table millrace.test_clock (ms bigint not null);
      insert into millrace.test_clock values (${start});
      create or replace function millrace.clock() returns bigint language sql stable
        as 'select ms from millrace.test_clock';`),
  );
}
