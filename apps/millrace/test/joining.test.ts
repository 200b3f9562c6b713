// Workers that join a server and have tokens of their own: the real binary, killed where it hurts, on a real PostgreSQL.
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@millrace/client';
import { openTestDatabase } from '@millrace/store-postgres/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';

const apiToken = randomBytes(24).toString('hex');
const yaml = `
workflows:
  hello: { steps: { greet: { type: shell, cmd: "echo to {{ input.who }}" } }, input: { who: { type: string, default: you } } }
  heavy: { steps: { lift: { type: shell, cmd: "echo lifted", queue: heavy } } }
  slow:
    steps:
      first: { type: shell, cmd: "test -e {{ input.file }} || { touch {{ input.file }}; echo begun; sleep 600; }" }
    input: { file: { type: string, required: true } }
`;

let scratch: Scratch;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let server: Running;
let url = '';
/** In front of the server. While it is set, the next join is carried out, and its answer never arrives. */
let proxy: Server;
let proxyUrl = '';
let onJoined: (() => void) | null = null;

beforeAll(async () => {
  scratch = makeScratch();
  scratch.write('main/.workflows/w.yaml', yaml);
  database = await openTestDatabase();
  const schema = `cli_${randomBytes(6).toString('hex')}`;
  const args = ['--database', database.url, '--schema', schema, '--blobs', 'blobs', '-w', 'main', '--port', '0'];
  server = start(['serve', ...args], { cwd: scratch.path, env: { MILLRACE_TOKEN: apiToken } });
  [, url = ''] = await server.says(/"url":"(http:[^"]+)".*"ready"/);
  proxy = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, ...(type === '' ? {} : { 'content-type': type }) },
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    const text = Buffer.from(await answer.arrayBuffer());
    if (request.url === '/worker/v1/join' && onJoined !== null) {
      onJoined();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(text);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}, 120_000);

afterAll(async () => {
  proxy?.closeAllConnections();
  proxy?.close();
  server?.child.kill('SIGTERM');
  await server?.ended;
  await database?.close();
  scratch?.remove();
}, 60_000);

const cli = (...args: string[]) =>
  run(args, { cwd: scratch.path, env: { MILLRACE_URL: url, MILLRACE_TOKEN: apiToken } });
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout);
const api = () => createClient({ url, token: apiToken });
async function done(workflow: string): Promise<string> {
  const { id } = await api().workflows.start('main', workflow, {});
  return (await api().runs.waitForEnd(id)).status;
}
const hello = () => done('hello');

function work(file: string, ...args: string[]): Running {
  const options = ['--server', url, '--token-file', file, '--folder', 'scratch', '--slots', '1'];
  return start(['work', ...options, ...args], { cwd: scratch.path });
}
async function stopped(worker: Running, signal: 'SIGTERM' | 'SIGKILL') {
  worker.child.kill(signal);
  return (await worker.ended).exit;
}
const kept = (file: string) => JSON.parse(readFileSync(`${scratch.path}/${file}`, 'utf8'));

async function joinToken(...args: string[]): Promise<string> {
  const made = await cli('worker', 'join-token', 'create', 'test machines', ...args);
  expect(made).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^mrj_[A-Za-z0-9]{10}_\S{43}\n$/) });
  return made.stdout.trim();
}

describe('a worker from outside', { timeout: 180_000 }, () => {
  it('joins with a token, is killed, goes on from its file, and replaces its token', async () => {
    const token = await joinToken();
    const joined = work('one.json', '--name', 'one', '--join-token', token);
    await joined.says(/"working"/);
    expect(statSync(`${scratch.path}/one.json`).mode & 0o777).toBe(0o600);
    expect(await hello()).toBe('succeeded');
    // One that the token did not let in: it was for one worker.
    const second = await work('two.json', '--join-token', token).ended;
    expect(second).toMatchObject({ exit: 2, stderr: expect.stringContaining('is used up. [join_refused]') });
    await stopped(joined, 'SIGKILL');

    const before = kept('one.json');
    const again = work('one.json', '--name', 'one');
    await again.says(/"working"/);
    expect(await hello()).toBe('succeeded');
    expect(await stopped(again, 'SIGTERM')).toBe(0);

    writeFileSync(`${scratch.path}/one.json`, JSON.stringify({ ...before, since: 0 }));
    const later = work('one.json', '--name', 'one');
    await later.says(/"working"/);
    expect(kept('one.json').token.slice(0, 14)).toBe(before.token.slice(0, 14));
    expect(kept('one.json').token).not.toBe(before.token);
    expect(await hello()).toBe('succeeded');
    expect(await stopped(later, 'SIGTERM')).toBe(0);
    const { items } = await json('worker', 'joined');
    expect(items).toMatchObject([{ name: 'one', revoked_at: null, id: before.token.slice(4, 14) }]);
    const told = await json('audit', 'list', '--operation', 'joinWorker');
    expect(JSON.stringify(told)).toContain('"join_refused"');
    expect(JSON.stringify(told)).not.toContain(token);
  });

  it('that is killed between the exchange and its answer is not stranded, with its join token or without', async () => {
    for (const more of [['--join-token'], []] as const) {
      const token = await joinToken();
      const file = `killed-${more.length}.json`;
      const asked = work(file, '--server', proxyUrl, '--name', 'killed', '--join-token', token);
      await new Promise<void>((resolve) => {
        onJoined = resolve;
      });
      await stopped(asked, 'SIGKILL');
      onJoined = null;
      expect(kept(file).joined).toBe(false);
      const again = work(file, '--server', proxyUrl, ...more.flatMap((option) => [option, token]));
      await again.says(/"working"/);
      expect(await hello()).toBe('succeeded');
      expect(kept(file).joined).toBe(true);
      expect(await stopped(again, 'SIGTERM')).toBe(0);
    }
    const { items } = await json('worker', 'join-token', 'list');
    expect(items.map(({ uses }: { uses: number }) => uses)).toEqual([1, 1, 1]);
  });

  it('serves no more than its token lets it serve, whatever it says', async () => {
    const token = await joinToken('--queues', 'heavy', '--uses', 'unlimited', '--expires', 'never');
    const bound = work('bound.json', '--name', 'bound', '--queues', 'default,heavy', '--join-token', token);
    await bound.says(/"working"/);
    const { id } = await api().workflows.start('main', 'hello', {});
    expect(await done('heavy')).toBe('succeeded');
    expect((await api().runs.get(id)).status).toBe('running');
    expect((await api().workers.list()).items).toContainEqual(
      expect.objectContaining({ name: 'bound', queues: ['heavy'], joined: kept('bound.json').token.slice(4, 14) }),
    );
    await api().runs.cancel(id, { force: true });
    expect(await stopped(bound, 'SIGTERM')).toBe(0);
  });

  it('that is revoked ends and says why, and what it held runs again elsewhere', async () => {
    const token = await joinToken('--uses', '2');
    const bad = work('bad.json', '--name', 'bad', '--join-token', token);
    await bad.says(/"working"/);
    const { id } = await api().workflows.start('main', 'slow', { input: { file: `${scratch.path}/begun` } });
    const follows = start(['run', 'logs', id, '--follow'], {
      cwd: scratch.path,
      env: { MILLRACE_URL: url, MILLRACE_TOKEN: apiToken },
    });
    await follows.says(/begun/);
    const revoked = await cli('worker', 'revoke', 'bad');
    expect(revoked).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('The token of bad opens nothing any more'),
    });
    const ended = await bad.ended;
    expect(ended).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('The worker bad was revoked by api-token. [worker_revoked]'),
    });
    const good = work('good.json', '--name', 'good', '--join-token', token);
    await good.says(/"working"/);
    await follows.ended;
    expect((await api().runs.get(id)).status).toBe('succeeded');
    expect(await stopped(good, 'SIGTERM')).toBe(0);
    for (const more of [[], ['--join-token', token]]) {
      expect(await work('bad.json', ...more).ended).toMatchObject({
        exit: 2,
        stderr: expect.stringContaining('[worker_revoked]'),
      });
    }
    expect(await cli('worker', 'revoke', 'nobody')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('No worker has joined as nobody. [not_found]'),
    });
  });
});
