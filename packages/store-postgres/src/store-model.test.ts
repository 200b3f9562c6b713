import { createMemoryStore, createSettableClock, storeModel } from '@millrace/engine/testkit';
import { afterAll, beforeAll, it } from 'vitest';
import { openTestStore, type TestStore } from '../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../testkit/start-test-postgres.ts';
import { withClient } from './embedded/login.ts';

let server: TestPostgres | null = null;
let postgres: TestStore | null = null;

beforeAll(async () => {
  server = await startTestPostgres();
  postgres = await openTestStore(server);
});

afterAll(async () => {
  await postgres?.dispose();
  await server?.stop();
});

it('answers every sequence of calls as the memory store does', { timeout: 120_000 }, async () => {
  const subject = postgres;
  if (subject === null) throw new Error('The store did not open.');
  await storeModel(
    async () => {
      await emptyTables(subject.url);
      const clock = createSettableClock(await subject.store.now());
      const memory = createMemoryStore({ now: clock.now });
      return [{ ...memory, advanceClock: async (ms) => clock.advance(ms) }, subject];
    },
    async () => undefined,
    Number(process.env.MILLRACE_MODEL_RUNS ?? 60),
  );
});

/** What was named stays: the names of workflows and lanes are kept in the process. */
async function emptyTables(url: string): Promise<void> {
  const runTables = [
    'run',
    'run_origin',
    'run_tag',
    'rerun',
    'attempt',
    'work',
    'wait',
    'outbox',
    'slot',
    'rate_start',
  ];
  const tables = [...runTables, 'worker', 'draining', 'cache'];
  await withClient(url, (client) => client.query(tables.map((table) => `delete from millrace.${table};`).join('\n')));
}
