import { storeConformance } from '@millrace/engine/testkit';
import { afterAll, beforeAll } from 'vitest';
import { reuseTestStores } from '../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../testkit/start-test-postgres.ts';

let server: TestPostgres | null = null;
let open: ReturnType<typeof reuseTestStores> | null = null;

beforeAll(async () => {
  server = await startTestPostgres();
  open = reuseTestStores(server);
});

afterAll(async () => {
  await server?.stop();
});

storeConformance('the PostgreSQL store', async () => {
  if (open === null) throw new Error('The test server did not start.');
  return open();
});
