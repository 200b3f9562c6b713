import { appendFileSync, chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded/index.ts';
import { withClient } from '../src/embedded/login.ts';
import { openPostgresStore } from '../src/open-store.ts';
import { testPostgresVariable } from './start-test-postgres.ts';

/** Where the data folder is that others are copied from. vitest hands it from globalSetup to its workers. */
export const testDataFolderVariable = 'MILLRACE_TEST_DATA_FOLDER';

/** The server of a data folder waits for the disk at each commit; one of a test need not survive a crash of the machine. */
const volatileSettings = '\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n';

/**
 * Fills a data folder as a `millrace dev` that was stopped leaves it: with an empty, migrated database. Whoever starts on
 * it makes no cluster and migrates nothing, which are the larger part of a first start. The first caller of a test run
 * makes what the others copy. A folder with a database is left as it is; outside of a vitest run nothing is done, and the
 * server makes its database itself.
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  const template = process.env[testDataFolderVariable];
  const server = process.env[testPostgresVariable];
  if (template === undefined || server === undefined || existsSync(join(folder, 'postgres'))) return;
  if (!existsSync(template)) await makeOnce(template, server);
  mkdirSync(folder, { recursive: true });
  cpSync(join(template, 'postgres'), join(folder, 'postgres'), { recursive: true });
  chmodSync(join(folder, 'postgres'), 0o700); // PostgreSQL refuses a cluster that others may read.
  copyFileSync(join(template, 'postgres.password'), join(folder, 'postgres.password'));
}

/** Test files that ask at the same moment queue for an advisory lock. The folder gets its name when it is whole. */
async function makeOnce(template: string, server: string): Promise<void> {
  await withClient(server, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('millrace test data folder'))`);
    if (existsSync(template)) return;
    const making = `${template}-making`;
    const postgres = await startEmbeddedPostgres({ dataDir: making, durable: false });
    try {
      const { migrate, close } = await openPostgresStore({ url: postgres.url });
      await migrate().finally(close);
    } finally {
      await postgres.stop();
    }
    appendFileSync(join(making, 'postgres', 'postgresql.conf'), volatileSettings);
    renameSync(making, template);
  });
}
