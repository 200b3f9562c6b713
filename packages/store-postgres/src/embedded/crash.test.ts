import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres, type UnexpectedExit } from './index.ts';
import { withClient } from './login.ts';
import { initProcessesOf, serverProcessesOf } from './server-processes.ts';
import { launchOwner, startOwner } from './testing/owner-process.ts';
import { dataFolder, isRoot, makeScratch, type Scratch } from './testing/scratch.ts';

let scratch: Scratch;
beforeAll(() => {
  scratch = makeScratch();
});
afterAll(() => scratch.remove(), 120_000);

const slow = { timeout: 120_000 };
const patient = { timeout: 60_000 };
const run = (url: string, sql: string) => withClient(url, (client) => client.query(sql));

test('the server of an owner that was killed is adopted with everything in it', slow, async () => {
  const dataDir = dataFolder(scratch.dir, 'adopt');
  const owner = await startOwner({ dataDir });
  if (owner.report.kind !== 'ready') throw new Error(owner.report.message);
  await run(owner.report.url, 'create table kept as select 5 as value');
  owner.signal('SIGKILL');
  await owner.ended;

  const exits: UnexpectedExit[] = [];
  const server = await startEmbeddedPostgres({ dataDir, durable: false, onExit: (exit) => exits.push(exit) });
  expect(server).toMatchObject({ adopted: true, pid: owner.report.pid, url: owner.report.url });
  expect((await run(server.url, 'select value from kept')).rows).toEqual([{ value: 5 }]);

  process.kill(server.pid, 'SIGKILL');
  await vi.waitFor(() => expect(exits).toMatchObject([{ pid: server.pid, code: null }]), patient);
  await server.stop();
  expect(serverProcessesOf(join(dataDir, 'postgres'))).toEqual([]);
});

test('an orphan that runs with other settings is stopped and started anew', slow, async () => {
  const dataDir = dataFolder(scratch.dir, 'resettle');
  const owner = await startOwner({ dataDir });
  if (owner.report.kind !== 'ready') throw new Error(owner.report.message);
  await run(owner.report.url, 'create table kept as select 6 as value');
  owner.signal('SIGKILL');
  await owner.ended;
  const server = await startEmbeddedPostgres({ dataDir, durable: true });
  expect(server).toMatchObject({ adopted: false, port: owner.report.port });
  expect(server.pid).not.toBe(owner.report.pid);
  expect((await run(server.url, 'select value from kept')).rows).toEqual([{ value: 6 }]);
  await server.stop();
});

test('a Ctrl-C in the terminal of the owner does not reach the server', slow, async () => {
  const dataDir = dataFolder(scratch.dir, 'terminal');
  const owner = await startOwner({ dataDir });
  owner.signal('SIGINT', 'group');
  await owner.ended;
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  expect(server).toMatchObject({ adopted: true });
  await server.stop();
});

test('a program that ends without stopping takes its server along', slow, async () => {
  const dataDir = dataFolder(scratch.dir, 'forgetful');
  const owner = await startOwner({ dataDir });
  owner.send('leave');
  await owner.ended;
  await vi.waitFor(() => expect(serverProcessesOf(join(dataDir, 'postgres'))).toEqual([]), patient);
});

test('a killed server is reported, and the next start recovers every commit beside a busy backend', slow, async () => {
  const dataDir = dataFolder(scratch.dir, 'recover');
  const clusterDir = join(dataDir, 'postgres');
  const exits: UnexpectedExit[] = [];
  const first = await startEmbeddedPostgres({ dataDir, onExit: (exit) => exits.push(exit) });
  await run(first.url, 'create table kept (value int)');
  await run(first.url, 'insert into kept select generate_series(1, 1000)');
  // This backend computes without ever looking whether its postmaster lives.
  const busy = new Client({ connectionString: first.url });
  busy.on('error', () => {});
  await busy.connect();
  const endless = busy.query('select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b');
  endless.catch(() => {});
  await vi.waitFor(async () => {
    const active = await run(
      first.url,
      `select 1 from pg_stat_activity where state = 'active' and query ~ '^select count'`,
    );
    expect(active.rowCount).toBe(1);
  }, patient);

  process.kill(first.pid, 'SIGKILL');
  await vi.waitFor(() => expect(exits).toMatchObject([{ pid: first.pid, signal: 'SIGKILL' }]), patient);
  expect(exits[0]?.log).toContain('ready to accept connections');
  expect(serverProcessesOf(clusterDir).length).toBeGreaterThan(0);
  await first.stop();
  expect(serverProcessesOf(clusterDir)).toEqual([]);

  const second = await startEmbeddedPostgres({ dataDir });
  expect((await run(second.url, 'select count(*)::int as value from kept')).rows).toEqual([{ value: 1000 }]);
  await second.stop();
});

test(
  'an owner that is killed in the middle of its first start leaves nothing that hinders the next',
  slow,
  async () => {
    const dataDir = dataFolder(scratch.dir, 'interrupted');
    const owner = launchOwner({ dataDir });
    const initDirs = () =>
      (existsSync(dataDir) ? readdirSync(dataDir) : []).filter((name) => /^postgres-init-\w+$/.test(name));
    const working = () => initDirs().some((name) => initProcessesOf(join(dataDir, name)).length > 0);
    await vi.waitFor(() => expect(working()).toBe(true), { ...patient, interval: 2 });
    const ended = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ended;
    const server = await startEmbeddedPostgres({ dataDir, durable: false });
    expect(server).toMatchObject({ adopted: false });
    expect(initDirs()).toEqual([]);
    await server.stop();
  },
);

test('a postmaster.pid whose process id now belongs to another program does not block the start', slow, async () => {
  const dataDir = dataFolder(scratch.dir, 'reused');
  const clusterDir = join(dataDir, 'postgres');
  const first = await startEmbeddedPostgres({ dataDir, durable: false });
  await first.stop();
  const { uid, gid } = statSync(clusterDir);
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}) });
  try {
    const lines = [stranger.pid, clusterDir, 1_700_000_000, first.port, '', '127.0.0.1', '', 'ready'];
    writeFileSync(join(clusterDir, 'postmaster.pid'), `${lines.join('\n')}\n`, { mode: 0o600 });
    const second = await startEmbeddedPostgres({ dataDir, durable: false });
    expect(second).toMatchObject({ adopted: false });
    await second.stop();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  } finally {
    stranger.kill('SIGKILL');
  }
});
