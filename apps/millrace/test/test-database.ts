import { startEmbeddedPostgres } from '@millrace/store-postgres';
import { makeScratch } from './command-line.ts';

/** The address of a database for servers of a test: that of the whole run, else one of its own, which `close` ends. */
export async function openTestDatabase(): Promise<Readonly<{ url: string; close(): Promise<void> }>> {
  const shared = process.env.MILLRACE_TEST_POSTGRES_URL;
  if (shared !== undefined) return { url: shared, close: async () => undefined };
  const folder = makeScratch();
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
  return {
    url: postgres.url,
    async close() {
      await postgres.stop();
      folder.remove();
    },
  };
}
