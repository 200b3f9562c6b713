// The same on a real PostgreSQL, where the reach of lists, counts and searches is SQL: that of the whole test run, else one of its own.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresStore, startEmbeddedPostgres } from '@millrace/store-postgres';
import { everyOperation } from '../../testkit/every-operation.ts';
import { openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

everyOperation('on PostgreSQL', async () => {
  const server = await findServer();
  const schema = `permissions_${randomBytes(4).toString('hex')}`;
  const stores = await openPostgresStore({ url: server.url, schema });
  await stores.migrate();
  const world = await openTwoWorkspaces({}, stores);
  return {
    ...world,
    async close() {
      await world.close();
      await stores.close();
      await server.close();
    },
  };
});

async function findServer(): Promise<Readonly<{ url: string; close(): Promise<void> }>> {
  const shared = process.env.MILLRACE_TEST_POSTGRES_URL;
  if (shared !== undefined) return { url: shared, close: async () => undefined };
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-permissions-'));
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false });
  return {
    url: postgres.url,
    async close() {
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
