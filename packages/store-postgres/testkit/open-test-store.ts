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
  return openStoreOn(database.url, () => database.drop());
}

/**
 * The same for suites of many short tests that leave the schema as it is: a database that a test is done with is emptied,
 * and the next one has it. To make and drop one costs PostgreSQL five times as much. Those that are left go with the server.
 */
export function reuseTestStores(server: TestPostgres): () => Promise<TestStore> {
  const idle: string[] = [];
  return async () => {
    const url = idle.pop() ?? (await createQuiet(server));
    return openStoreOn(url, async () => {
      await withClient(url, (client) => client.query(emptySchema));
      idle.push(url);
    });
  };
}

/** What autovacuum learns of the rows of one test would decide about the plans of the next. */
async function createQuiet(server: TestPostgres): Promise<string> {
  const { url } = await server.createDatabase(template);
  await withClient(url, (client) =>
    client.query(`
      do $$
      declare
        name text;
      begin
        for name in select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'millrace' loop
          execute format('alter table %s set (autovacuum_enabled = false)', name);
        end loop;
      end $$;`),
  );
  return url;
}

async function openStoreOn(url: string, release: () => Promise<void>): Promise<TestStore> {
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
      await release();
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

/** All rows and numbers as `prepareSchema` leaves them. A table without rows is not touched. */
const emptySchema = `
  set session_replication_role = replica;
  do $$
  declare
    name text;
    has_rows boolean;
    filled text[] := '{}';
  begin
    for name in
      select format('%I.%I', schemaname, tablename) from pg_tables
      where schemaname = 'millrace' and tablename not in ('migration', 'migration_lock', 'test_clock', 'audit_head')
    loop
      execute format('select exists (select from %s)', name) into has_rows;
      if has_rows then filled := filled || name; end if;
    end loop;
    if filled <> '{}' then execute 'truncate ' || array_to_string(filled, ', ') || ' restart identity cascade'; end if;
    for name in select format('%I.%I', schemaname, sequencename) from pg_sequences where schemaname = 'millrace' loop
      execute format('alter sequence %s restart', name);
    end loop;
  end $$;
  update millrace.audit_head set number = 0, hash = repeat('0', 64), removable = 0;
  update millrace.test_clock set ms = ${start};`;
