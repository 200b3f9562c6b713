import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './index.ts';
import { withClient } from './login.ts';
import { serverProcessesOf } from './server-processes.ts';
import { startOwner } from './testing/owner-process.ts';
import { dataFolder, isRoot, makeScratch, type Scratch } from './testing/scratch.ts';

let scratch: Scratch;
beforeAll(() => {
  scratch = makeScratch();
});
afterAll(() => scratch.remove(), 120_000);

const start = (dataDir: string, options: Omit<EmbeddedPostgresOptions, 'dataDir'> = {}) =>
  startEmbeddedPostgres({ durable: false, ...options, dataDir });

const value = async (server: EmbeddedPostgres | string, sql: string): Promise<unknown> => {
  const url = typeof server === 'string' ? server : server.url;
  const result = await withClient(url, (client) => client.query<{ value: unknown }>(sql));
  return result.rows[0]?.value;
};

describe('a data folder of its own', { timeout: 120_000 }, () => {
  test('keeps its data, its port and its password over a restart, and a stop leaves no process', async () => {
    const dataDir = dataFolder(scratch.dir, 'lifecycle');
    const first = await start(dataDir, { durable: true });
    expect(first).toMatchObject({ adopted: false, dataDir });
    expect(first.version).toMatch(/^18\./);
    expect(await value(first, 'select current_database() as value')).toBe('millrace');
    expect(await value(first, `select current_setting('server_encoding') as value`)).toBe('UTF8');
    expect(await value(first, `select datlocale as value from pg_database where datname = 'millrace'`)).toBe('C.UTF-8');
    expect(await value(first, `select current_setting('fsync') as value`)).toBe('on');
    await value(first, 'create table kept as select 42 as value');
    expect(serverProcessesOf(join(dataDir, 'postgres'))).toContain(first.pid);
    await Promise.all([first.stop(), first.stop()]);
    expect(serverProcessesOf(join(dataDir, 'postgres'))).toEqual([]);

    const second = await start(dataDir);
    expect(second.url).toBe(first.url);
    expect(await value(second, 'select value from kept')).toBe(42);
    await second.stop();
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  test('keeps its secrets from other users, and lets nobody in without the password', async () => {
    const dataDir = dataFolder(scratch.dir, 'secrets');
    const server = await start(dataDir);
    for (const name of ['postgres.password', 'postgres.log', 'postgres.json', 'owner.lock', 'owner.json']) {
      expect([name, statSync(join(dataDir, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(value(wrong.href, 'select 1 as value')).rejects.toMatchObject({ code: '28P01' });
    expect(await value(server, `select current_setting('listen_addresses') as value`)).toBe('127.0.0.1');
    await server.stop();
  });

  test('tells each line of the log', async () => {
    const lines: string[] = [];
    const server = await start(dataFolder(scratch.dir, 'log'), { onLog: (line) => lines.push(line) });
    await server.stop();
    expect(lines.join('\n')).toMatch(/ready to accept connections.*database system is shut down/s);
  });

  test('may lie at a very long path with spaces, below a folder that only its owner may enter', async () => {
    const closed = join(scratch.dir, 'only me');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = dataFolder(closed, 'a long name '.repeat(15), 'ünïcödé '.repeat(13));
    expect(Buffer.byteLength(dataDir)).toBeGreaterThan(300);
    const first = await start(dataDir);
    await value(first, 'create table kept as select 7 as value');
    await first.stop();
    const second = await start(dataDir);
    expect(await value(second, 'select value from kept')).toBe(7);
    await second.stop();
  });

  test('has a path of at most 480 bytes', async () => {
    const dataDir = join(scratch.dir, ...Array.from({ length: 5 }, () => 'x'.repeat(100)));
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'path_too_long' });
  });

  test('is made whole or not at all: what a crash in the middle left behind is removed', async () => {
    const dataDir = dataFolder(scratch.dir, 'half');
    mkdirSync(join(dataDir, 'postgres-init-dead', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres-init-dead', 'PG_VERSION'), '18\n');
    const server = await start(dataDir);
    await server.stop();
    expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres-init-'))).toEqual([]);
  });

  test('that holds something else under the name of the cluster is refused and left as it is', async () => {
    const dataDir = dataFolder(scratch.dir, 'foreign');
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'notes.txt'), 'mine');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'cluster_incomplete' });
    expect(readFileSync(join(dataDir, 'postgres', 'notes.txt'), 'utf8')).toBe('mine');
  });

  test('of another major version is refused with the way to move the data, and not touched', async () => {
    const dataDir = dataFolder(scratch.dir, 'old');
    const clusterDir = join(dataDir, 'postgres');
    mkdirSync(join(clusterDir, 'global'), { recursive: true });
    writeFileSync(join(clusterDir, 'PG_VERSION'), '17\n');
    writeFileSync(join(clusterDir, 'global', 'pg_control'), 'x');
    const before = statSync(clusterDir);
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'version_mismatch',
      message: expect.stringContaining(clusterDir),
      hint: expect.stringContaining('pg_dump'),
    });
    expect(statSync(clusterDir)).toMatchObject({ ctimeMs: before.ctimeMs, uid: before.uid, mode: before.mode });
  });

  test('whose password file was lost gets a new password and keeps its data', async () => {
    const dataDir = dataFolder(scratch.dir, 'password');
    const first = await start(dataDir);
    await value(first, 'create table kept as select 3 as value');
    await first.stop();
    rmSync(join(dataDir, 'postgres.password'));
    const second = await start(dataDir);
    expect(second.url).not.toBe(first.url);
    expect(await value(second, 'select value from kept')).toBe(3);
    await second.stop();
  });

  test('that cannot be made is named', async () => {
    const file = join(scratch.dir, 'a-file');
    writeFileSync(file, '');
    await expect(start(join(file, 'data'))).rejects.toMatchObject({
      code: 'folder_unwritable',
      message: expect.stringContaining(join(file, 'data')),
    });
  });

  test('refuses reserved settings, and those that PostgreSQL does not know, and starts once they are gone', async () => {
    const dataDir = dataFolder(scratch.dir, 'settings');
    await expect(start(dataDir, { settings: { port: '5432' } })).rejects.toMatchObject({ code: 'setting_invalid' });
    await expect(start(dataDir, { settings: { wrok_mem: '1MB' } })).rejects.toMatchObject({
      code: 'setting_invalid',
      message: expect.stringContaining('wrok_mem'),
    });
    const server = await start(dataDir, { settings: { work_mem: '3MB' } });
    expect(await value(server, `select current_setting('work_mem') as value`)).toBe('3MB');
    await server.stop();
  });
});

describe('two that want the same data folder', { timeout: 120_000 }, () => {
  test('the second is refused and told who holds it, in the same process and in another', async () => {
    const dataDir = dataFolder(scratch.dir, 'held');
    const server = await start(dataDir);
    const refusal = { code: 'already_running', message: expect.stringContaining(`process ${process.pid}`) };
    await expect(start(dataDir)).rejects.toMatchObject(refusal);
    const other = await startOwner({ dataDir });
    expect(other.report).toMatchObject({ kind: 'refused', ...refusal });
    await other.ended;
    expect(await value(server, 'select 1 as value')).toBe(1);
    // The refused ones must not have loosened the holder's lock.
    expect((await startOwner({ dataDir })).report).toMatchObject({ kind: 'refused' });
    await server.stop();
  });

  test('that start at the same moment: exactly one gets it', async () => {
    const dataDir = dataFolder(scratch.dir, 'race');
    const owners = await Promise.all([1, 2, 3].map(() => startOwner({ dataDir })));
    const ready = owners.filter((owner) => owner.report.kind === 'ready');
    expect(owners.map((owner) => owner.report.kind).sort()).toEqual(['ready', 'refused', 'refused']);
    ready[0]?.send('stop');
    await Promise.all(owners.map((owner) => owner.ended));
    expect(serverProcessesOf(join(dataDir, 'postgres'))).toEqual([]);
  });
});

test.runIf(isRoot)('started by root, the server runs as an unprivileged account', { timeout: 60_000 }, async () => {
  const server = await start(dataFolder(scratch.dir, 'account'));
  const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1];
  expect(Number(uid)).toBeGreaterThan(0);
  expect(Number(uid)).toBe(statSync(join(server.dataDir, 'postgres')).uid);
  await server.stop();
});
test.runIf(isRoot)('a cluster that root restored is given back to its account', { timeout: 60_000 }, async () => {
  const dataDir = dataFolder(scratch.dir, 'restored');
  const first = await start(dataDir);
  await value(first, 'create table kept as select 9 as value');
  await first.stop();
  execFileSync('chown', ['-R', '0:0', join(dataDir, 'postgres')]);
  const second = await start(dataDir);
  expect(await value(second, 'select value from kept')).toBe(9);
  await second.stop();
});
if (!isRoot) console.log('skipped: the tests of a start by root, since this is not root');
