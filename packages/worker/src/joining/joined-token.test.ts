import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJoinedToken } from './joined-token.ts';

const joinToken = `mrj_AAAAAAAAAA_${'j'.repeat(43)}`;
const logger = { info: () => {}, warn: () => {}, error: () => {} };
const day = 24 * 3_600_000;

/** What a server knows of workers: their current token, and the one before for as long as the test lets it be good. */
let known: Map<string, { current: string; previous: string | null }>;
let joins: string[];
/** What happens instead of an answer, once: it is lost on its way, after the server has done what was asked. */
let losesAnswer: boolean;
let refusesJoin: boolean;
let server: Server;
let url: string;
let folder: string;
let tokenFile: string;

const idOf = (token: string): string => token.split('_')[1] ?? '';

function answerOf(path: string, bearer: string, token: string): [number, object] {
  const refused = (code: string): [number, object] => [401, { error: { code, message: code, hint: null } }];
  const admitted = { worker: idOf(token), name: 'w', bounds: { workspaces: null, queues: ['q'], labels: null } };
  if (path === '/worker/v1/join') {
    const before = known.get(idOf(token));
    if (before !== undefined && before.current !== token) return refused('join_refused');
    if (before === undefined && (bearer !== joinToken || refusesJoin)) return refused('join_refused');
    if (before === undefined) joins.push(idOf(token));
    known.set(idOf(token), { current: token, previous: null });
  } else {
    const worker = known.get(idOf(bearer));
    if (worker === undefined || (worker.current !== bearer && worker.previous !== bearer))
      return refused('unauthorized');
    if (worker.current !== token) {
      if (worker.current !== bearer) return refused('unauthorized');
      known.set(idOf(bearer), { current: token, previous: bearer });
    }
  }
  return [200, { ...admitted, rotate_after_ms: day }];
}

beforeEach(async () => {
  [known, joins, losesAnswer, refusesJoin] = [new Map(), [], false, false];
  folder = mkdtempSync(join(tmpdir(), 'millrace-join-'));
  tokenFile = join(folder, 'deep', 'worker.json');
  server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += String(part);
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
    const [status, answer] = answerOf(request.url ?? '', bearer, (JSON.parse(text) as { token: string }).token);
    if (losesAnswer) {
      losesAnswer = false;
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const open = (more: object = {}) => openJoinedToken({ url, tokenFile, name: 'w', logger, ...more });
const kept = () => JSON.parse(readFileSync(tokenFile, 'utf8'));
const keep = (change: object) => writeFileSync(tokenFile, JSON.stringify({ ...kept(), ...change }));
/** Ends in the middle, as a process does that is killed before it has the answer. */
async function killed(given: object = {}): Promise<void> {
  losesAnswer = true;
  const stop = new AbortController();
  const warn = () => stop.abort();
  expect(await open({ ...given, signal: stop.signal, logger: { ...logger, warn } })).toBeNull();
}

it('joins once, and goes on from a file that nobody else reads', async () => {
  const first = await open({ joinToken });
  expect(first).toMatchObject({ bounds: { queues: ['q'] } });
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  expect(kept()).toMatchObject({ server: url, joined: true, next: null, token: first?.current() });
  const again = await open();
  expect([again?.id, again?.current(), again?.bounds]).toEqual([first?.id, first?.current(), null]);
  await open({ joinToken });
  expect(joins).toEqual([first?.id]);
});

it('that was killed before it had the answer is the same worker when it starts again, and uses nothing more', async () => {
  await killed({ joinToken });
  const [id] = joins;
  expect(kept()).toMatchObject({ joined: false });
  refusesJoin = true; // The token was for one worker.
  expect((await open({ joinToken }))?.id).toBe(id);
  expect([joins, kept().joined]).toEqual([[id], true]);
});

it('that was killed then needs its join token no more', async () => {
  await killed({ joinToken });
  expect((await open())?.id).toBe(joins[0]);
  expect(kept()).toMatchObject({ joined: true, next: null });
});

it('that never reached the server is told what it lacks', async () => {
  await killed({ joinToken });
  known.clear();
  await expect(open()).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('has not joined yet'),
  });
  expect((await open({ joinToken }))?.id).toMatch(/^[A-Za-z0-9]{10}$/);
});

it('replaces a token that is old when it starts', async () => {
  const before = (await open({ joinToken }))?.current();
  keep({ since: Date.now() - day });
  const after = await open();
  expect(after?.current()).not.toBe(before);
  expect(known.get(after?.id ?? '')).toEqual({ current: after?.current(), previous: before });
  expect(kept().since).toBeGreaterThan(Date.now() - 60_000);
});

it.each([
  ['at once', false],
  ['long after, when the one before is good no more', true],
])('that was killed while it replaced the token goes on %s', async (_, late) => {
  const before = await open({ joinToken });
  keep({ since: 0 });
  await killed();
  const current = known.get(before?.id ?? '')?.current ?? '';
  expect(kept()).toMatchObject({ token: before?.current(), next: current });
  if (late) known.set(before?.id ?? '', { current, previous: null });
  expect((await open())?.current()).toBe(current);
  expect(kept()).toMatchObject({ token: current, next: null });
});

it('that was killed before the server heard of the new token goes on as well', async () => {
  const before = await open({ joinToken });
  const next = `mrw_${before?.id}_${'n'.repeat(43)}`;
  keep({ next });
  expect((await open())?.current()).toBe(next);
});

it('uses the token that another process has put into the file', async () => {
  const one = await open({ joinToken });
  expect(await one?.refresh()).toBe(false);
  keep({ since: 0 });
  const other = await open();
  expect(await one?.refresh()).toBe(true);
  expect(one?.current()).toBe(other?.current());
});

it('joins anew when the server does not know it any more and it has a join token', async () => {
  const before = await open({ joinToken });
  known.clear();
  keep({ since: 0 });
  await expect(open()).rejects.toMatchObject({ code: 'unauthorized' });
  const after = await open({ joinToken });
  expect(after?.id).not.toBe(before?.id);
  expect(kept()).toMatchObject({ token: after?.current(), joined: true });
});

it('shows its token to no other server, and takes no other file for its own', async () => {
  await open({ joinToken });
  keep({ server: 'https://elsewhere.example' });
  await expect(open()).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('is for the server https:'),
  });
  for (const text of ['', '{}', '{"token":"mrw_x","server":"s"}']) {
    writeFileSync(tokenFile, text);
    await expect(open()).rejects.toMatchObject({ code: 'configuration' });
  }
});

it('says why it was refused, and does not try for ever', async () => {
  refusesJoin = true;
  await expect(open({ joinToken })).rejects.toMatchObject({ code: 'join_refused' });
});
