import { type AttemptRef, eventTopic, runId } from '@millrace/core';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';

let server: TestPostgres | null = null;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server?.stop();
});

it('an event that is stored and delivered while a wait for it is being committed is found by the wait', async () => {
  if (server === null) throw new Error('The test server did not start.');
  const { store, url, dispose } = await openTestStore(server);
  const [id = runId('1')] = await store.runs.allocateIds(1);
  const wait: AttemptRef = { run: id, step: 0, item: -1, iteration: 0, attempt: 1 };
  const topic = eventTopic('shop', 'order.paid');
  const slow = new pg.Client({ connectionString: url });
  await slow.connect();
  try {
    // The run, so that the wait's workspace is known.
    await slow.query(`
      insert into millrace.workflow (workspace, name) values ('shop', 'pay');
      insert into millrace.run_origin (id, pinned, workflow, child, created_at, facts, input)
        select ${id}, 1, f.id, false, 0, '{}', '{}' from millrace.workflow f;`);
    // What `set-event-waits` does, in a transaction that is not at its end yet.
    await slow.query('begin');
    await slow.query(
      `insert into millrace.wait (run, step, iteration, item, kind, attempt, topic, since)
       select $1, 0, 0, -1, 'event', 1, $2, case when s.is_called then s.last_value else 0 end from millrace.event_id s`,
      [id, topic],
    );
    const given = { workspace: 'shop', type: 'order.paid', payload: {}, source: {}, key: null };
    const { event } = await store.events.append(given);
    const page = { after: null, limit: 9 };
    expect(await store.events.waiting(event, page)).toEqual([]);
    expect(await store.events.missed(wait, page)).toEqual([]);
    await slow.query('commit');
    expect(await store.events.missed(wait, page)).toEqual([event]);
    expect(await store.events.waiting(event, page)).toEqual([wait]);
  } finally {
    await slow.end();
    await dispose();
  }
});
