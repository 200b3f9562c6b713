import { storeConformance } from '@millrace/engine/testkit';
import { afterAll, beforeAll } from 'vitest';
import { openTestStore } from '../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../testkit/start-test-postgres.ts';

let server: TestPostgres | null = null;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server?.stop();
});

storeConformance('the PostgreSQL store', async () => {
  if (server === null) throw new Error('The test server did not start.');
  return openTestStore(server);
});
