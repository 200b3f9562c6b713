import { createServer, type Server, type Socket } from 'node:net';
import { planHash, type RunId } from '@millrace/core';
import type { RunCommit } from '@millrace/engine';
import { noChanges } from '@millrace/engine/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../testkit/start-test-postgres.ts';
import { withClient } from './embedded/login.ts';
import { openPostgresStore, type PostgresStore, type PostgresStoreOptions } from './open-store.ts';

let server: TestPostgres | null = null;
let database: TestDatabase | null = null;
const opened: PostgresStore[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  database = await server.createDatabase();
});

afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await server?.stop();
});

const url = (): string => database?.url ?? '';

async function open(options: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> {
  const store = await openPostgresStore({ url: url(), ...options });
  opened.push(store);
  return store;
}

const creation = (id: RunId): RunCommit => ({
  id,
  expectedVersion: 0,
  create: {
    origin: {
      id,
      workspace: 'w',
      workflow: 'f',
      revision: 'r',
      plan: planHash('0'.repeat(64)),
      trigger: { type: 'api' },
      parent: null,
      depth: 0,
      startKey: null,
      tags: [],
      priority: 0,
      rerunOf: null,
    },
    input: '{}',
  },
  changes: noChanges,
  delivered: [],
});

async function createRun({ store }: PostgresStore): Promise<boolean> {
  const [id] = await store.runs.allocateIds(1);
  if (id === undefined) throw new Error('No id was given.');
  return (await store.runs.commit([creation(id)], 'hint')).committed.has(id);
}

const cutConnections = (name: string) =>
  withClient(url(), (client) =>
    client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [name]),
  );

describe('migrations', () => {
  it('servers that start at once migrate once', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({ schema: 'together' })));
    const applied = await Promise.all(stores.map((store) => store.migrate()));
    expect(applied.flatMap((each) => each.applied)).toEqual([
      '0001-engine',
      '0002-wait-kinds',
      '0003-approvals',
      '0004-schedules',
      '0005-events',
      '0006-rerun',
      '0007-limits',
      '0008-fair-lanes',
      '0009-deliveries',
      '0010-local-runs',
      '0011-cache',
      '0012-secrets',
      '0013-draining',
      '0014-retention',
      '0015-people',
      '0016-audit',
      '0017-identities',
      '0018-folders',
      '0019-login-requests',
      '0020-joined-workers',
    ]);
    for (const store of stores) expect(await createRun(store)).toBe(true);
  });

  it('schemas of one database know nothing of each other', async () => {
    const [one, two] = [await open({ schema: 'tenant_1' }), await open({ schema: 'tenant_2' })];
    await Promise.all([one.migrate(), two.migrate()]);
    await createRun(one);
    const hints: string[] = [];
    await two.store.changes.listen({ onHint: (hint) => hints.push(hint), onGap: () => undefined });
    await one.store.changes.tell('of one');
    await two.store.changes.tell('of two');
    await vi.waitFor(() => expect(hints).toEqual(['of two']), { timeout: 10_000, interval: 5 });
    expect((await one.queries.listRuns({}, { limit: 5, after: null })).items).toHaveLength(1);
    expect((await two.queries.listRuns({}, { limit: 5, after: null })).items).toHaveLength(0);
  });

  it('a schema that a newer version migrated is refused, naming what is unknown', async () => {
    const store = await open({ schema: 'newer' });
    await store.migrate();
    await withClient(url(), (client) =>
      client.query(`insert into newer.migration (name, timestamp) values ('9999-future', now()::text)`),
    );
    await expect(store.migrate()).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('9999-future'),
      hint: expect.stringContaining('newer version'),
    });
  });

  it('a schema that was not migrated says so', async () => {
    const store = await open({ schema: 'bare' });
    await expect(store.store.runs.allocateIds(1)).rejects.toMatchObject({ code: 'configuration' });
    await expect(store.queries.countRuns({})).rejects.toMatchObject({ code: 'configuration' });
  });

  it('a name that PostgreSQL would change is refused', async () => {
    await expect(open({ schema: 'Über-Schema' })).rejects.toMatchObject({ code: 'configuration' });
  });
});

describe('lost connections', () => {
  it('connections that the server cut are replaced, and listeners are told of a gap', async () => {
    const store = await open({ schema: 'cut', applicationName: 'to be cut' });
    await store.migrate();
    await createRun(store);
    const [hints, gaps] = [[] as string[], vi.fn()];
    await store.store.changes.listen({ onHint: (hint) => hints.push(hint), onGap: gaps });
    for (let round = 1; round <= 3; round++) {
      await cutConnections('to be cut');
      await vi.waitFor(() => expect(gaps).toHaveBeenCalledTimes(round), { timeout: 10_000, interval: 5 });
      expect(await createRun(store)).toBe(true);
      expect(await store.store.runs.load(['1' as RunId])).toHaveLength(1);
      expect((await store.queries.listRuns({}, { limit: 9, after: null })).items).toHaveLength(round + 1);
      await store.store.changes.tell(`round ${round}`);
      await vi.waitFor(() => expect(hints).toContain(`round ${round}`), { timeout: 10_000, interval: 5 });
    }
  });

  it('a commit whose connection breaks fails with store_unavailable, and the next one is made on another', async () => {
    const store = await open({ schema: 'broken', applicationName: 'to be broken' });
    await store.migrate();
    await createRun(store);
    const ids = await store.store.runs.allocateIds(2);
    await withClient(url(), async (client) => {
      await client.query('begin');
      await client.query('lock table broken.run in exclusive mode');
      const commits = ids.map((id) => store.store.runs.commit([creation(id)], null));
      const outcomes = Promise.allSettled(commits);
      await vi.waitFor(
        async () => {
          const waiting = await client.query(
            `select from pg_stat_activity where application_name = 'to be broken' and wait_event_type = 'Lock'`,
          );
          expect(waiting.rowCount).toBe(1);
        },
        { timeout: 10_000, interval: 10 },
      );
      await cutConnections('to be broken');
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
      }
      await client.query('rollback');
    });
    const { committed } = await store.store.runs.commit(ids.map(creation), null);
    expect(committed).toEqual(new Set(ids));
  });

  it('a read whose connection breaks meanwhile fails with store_unavailable, and does not end the process', async () => {
    const store = await open({ schema: 'reading', applicationName: 'to be cut while reading' });
    await store.migrate();
    await createRun(store);
    const load = () => store.store.runs.load(['1' as RunId]);
    await withClient(url(), async (client) => {
      await client.query('begin');
      await client.query('lock table reading.run in access exclusive mode');
      const outcome = Promise.allSettled([load()]);
      await vi.waitFor(
        async () => {
          const waiting = await client.query(
            `select from pg_stat_activity where application_name = 'to be cut while reading' and wait_event_type = 'Lock'`,
          );
          expect(waiting.rowCount).toBe(1);
        },
        { timeout: 10_000, interval: 10 },
      );
      await cutConnections('to be cut while reading');
      expect(await outcome).toMatchObject([{ status: 'rejected', reason: { code: 'store_unavailable' } }]);
      await client.query('rollback');
    });
    expect(await load()).toHaveLength(1);
  });

  it('a server that is not there is store_unavailable, and its return is noticed', async () => {
    const gate = await openGate(new URL(url()));
    const through = new URL(url());
    through.host = `127.0.0.1:${gate.port}`;
    const store = await open({ schema: 'gone', url: through.href });
    await store.migrate();
    const gaps = vi.fn();
    await store.store.changes.listen({ onHint: () => undefined, onGap: gaps });
    await gate.shut();
    await expect(createRun(store)).rejects.toMatchObject({ code: 'store_unavailable', hint: expect.any(String) });
    await expect(store.store.now()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.store.runs.load(['1' as RunId])).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.queries.listWorkers()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(open({ url: through.href })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(gaps).not.toHaveBeenCalled();
    await gate.reopen();
    expect(await createRun(store)).toBe(true);
    await vi.waitFor(() => expect(gaps).toHaveBeenCalled(), { timeout: 20_000, interval: 10 });
    await store.close();
    await gate.shut();
  });

  it('wrong credentials and databases are a matter of configuration', async () => {
    const wrong = new URL(url());
    wrong.pathname = '/no_such_database';
    await expect(open({ url: wrong.href })).rejects.toMatchObject({ code: 'configuration' });
  });
});

type Gate = Readonly<{ port: number; shut(): Promise<void>; reopen(): Promise<void> }>;

/** A door in front of the database that tests close and open. */
async function openGate(target: URL): Promise<Gate> {
  const { connect } = await import('node:net');
  const sockets = new Set<Socket>();
  const serve = (port: number) =>
    new Promise<Server>((resolve) => {
      const door = createServer((inside) => {
        const outside = connect(Number(target.port), target.hostname);
        for (const [one, other] of [
          [inside, outside],
          [outside, inside],
        ] as const) {
          sockets.add(one);
          one.on('error', () => other.destroy());
          one.on('close', () => sockets.delete(one));
          one.pipe(other);
        }
      });
      door.listen(port, '127.0.0.1', () => resolve(door));
    });
  let door = await serve(0);
  const address = door.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    async shut() {
      const closed = new Promise((resolve) => door.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async reopen() {
      door = await serve(port);
    },
  };
}
