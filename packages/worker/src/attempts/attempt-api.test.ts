import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Assignment,
  attemptKeyLabel,
  readAttemptClaims,
  readAttemptToken,
  runId,
  type ShellBody,
} from '@millrace/core';
import { createShellExecutor } from '@millrace/executors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentOf, FakeServer } from '../../test/fake-server.ts';
import { attemptKeyOf, attemptKeyOfWorkerToken, createWorker, type Worker, type WorkerOptions } from '../index.ts';

const key = new Uint8Array(32).fill(3);
const url = 'http://127.0.0.1:7070';
const now = Date.UTC(2026, 10, 27);
const hourMs = 3_600_000;
const shell = (cmd: string): ShellBody => ({ type: 'shell', cmd });

let folder: string;
let workers: Worker[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-attempt-api-'));
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop({ graceMs: 0 })));
  rmSync(folder, { recursive: true, force: true });
});

function start(server: FakeServer, more: Partial<WorkerOptions> = { api: { url, signingKey: () => key } }): Worker {
  const worker = createWorker({
    protocol: server,
    description: { name: 'w', labels: [], queues: ['default'], slots: 4, version: '0', host: 'h', pid: process.pid },
    executors: [createShellExecutor()],
    folder,
    clock: () => now,
    onEvent: () => server.notify(),
    ...more,
  });
  workers.push(worker);
  worker.start();
  return worker;
}

/** Tells what it has, so that the mask does not see it. */
const tell = shell(
  'printf \'{"url": "%s", "token": "%s"}\' "$MILLRACE_API_URL" "$(printf %s "$MILLRACE_API_TOKEN" | rev)" > "$MILLRACE_OUTPUT"',
);

async function toldBy(server: FakeServer, assignment: Assignment): Promise<Readonly<{ url: string; token: string }>> {
  server.assign(assignment);
  const result = await server.resultOf(assignment);
  if (result.status !== 'succeeded') throw new Error(JSON.stringify(result));
  const { url: address, token } = result.output as { url: string; token: string };
  return { url: address, token: [...token].reverse().join('') };
}

describe('a step that may call the API', () => {
  it('gets the address, and a token that says which attempt it is, until when', async () => {
    const server = new FakeServer();
    const worker = start(server);
    const more = { step: 2, item: 3, iteration: 4, attempt: 5, api: true as const };
    const given = await toldBy(server, assignmentOf(12, tell, { ...more, timeoutMs: hourMs }));
    expect(given.url).toBe(url);
    const parts = readAttemptToken(given.token);
    const claims = readAttemptClaims(Buffer.from(parts?.payload ?? '', 'base64url').toString());
    const { api: _, ...ref } = more;
    expect(claims).toEqual({ worker: worker.id, ref: { run: runId('12'), ...ref }, until: now + hourMs });
    expect(parts?.mac).toBe(
      createHmac('sha256', key)
        .update(parts?.signed ?? '')
        .digest('base64url'),
    );
  });

  it('has a token for a day at most', async () => {
    const server = new FakeServer();
    start(server);
    for (const [run, timeoutMs] of [
      [1, null],
      [2, 48 * hourMs],
      [3, 24 * hourMs - 1],
    ] as const) {
      const { token } = await toldBy(server, assignmentOf(run, tell, { api: true, timeoutMs }));
      const claims = readAttemptClaims(Buffer.from(readAttemptToken(token)?.payload ?? '', 'base64url').toString());
      expect(claims?.until).toBe(now + Math.min(timeoutMs ?? 24 * hourMs, 24 * hourMs));
    }
  });

  it('signs with the key of the moment', async () => {
    const server = new FakeServer();
    const keys = [key, new Uint8Array(32).fill(4)];
    start(server, { api: { url, signingKey: () => keys.shift() ?? key } });
    const macs: unknown[] = [];
    for (const run of [1, 2]) {
      const { token } = await toldBy(server, assignmentOf(run, tell, { api: true }));
      const { signed = '', mac } = readAttemptToken(token) ?? {};
      macs.push(mac === createHmac('sha256', key).update(signed).digest('base64url'));
    }
    expect(macs).toEqual([true, false]);
  });

  it('betrays its token in no log, output or fault, beside its secrets', async () => {
    const server = new FakeServer();
    server.secrets = { password: 'hunter2-hunter2' };
    start(server);
    const secrets = {
      ...{ names: ['password'], connections: {}, input: [], env: ['/PASSWORD'], bodyConfig: [], ownConfig: [] },
      ...{ scope: {}, places: {} },
    };
    const cmd = [
      'echo "is $MILLRACE_API_TOKEN, $PASSWORD"',
      'printf %s "$MILLRACE_API_TOKEN" | cut -c 1-40 | tr -d "\\n"; sleep 0.2; printf "%s\\n" "$MILLRACE_API_TOKEN" | cut -c 41-',
      'printf %s "$MILLRACE_API_TOKEN" | base64',
      'printf %s "x$MILLRACE_API_TOKEN" | base64 | tr -d "\\n"; echo',
      'printf "%s\\n" "$MILLRACE_API_TOKEN" | tail -c 44 >&2',
    ].join('\n');
    const env = { PASSWORD: '{{ secrets.password }}' };
    const more = { api: true as const, env, secrets };
    const says = assignmentOf(1, shell(`${cmd}\necho "OUTPUT: [\\"$MILLRACE_API_TOKEN\\", \\"$PASSWORD\\"]"`), more);
    const fails = assignmentOf(2, shell('echo "no $MILLRACE_API_TOKEN" >&2; exit 3'), { api: true });
    server.assign(says, fails);
    expect(await server.resultOf(says)).toMatchObject({ status: 'succeeded', output: ['***', '***'] });
    expect(await server.resultOf(fails)).toMatchObject({
      error: { message: 'The command ended with exit code 3: no ***' },
    });
    const log = server.logOf(says);
    const [first, second] = log.filter((line) => line.startsWith('stdout'));
    expect([first, second]).toEqual(['stdout F is ***, ***', 'stdout F ***']);
    expect(log.filter((line) => line.startsWith('stderr'))).toEqual(['stderr F ***']);
    // No piece of it is left that is long enough to be one.
    expect(log.join('\n')).not.toMatch(/mra_|[A-Za-z0-9+/_-]{16}/);
  });

  it('fails before it starts where nothing would know its token', async () => {
    const server = new FakeServer();
    start(server, {});
    const step = assignmentOf(1, shell('echo begun'), { api: true });
    server.assign(step);
    expect(await server.resultOf(step)).toMatchObject({
      status: 'failed',
      error: { code: 'api_unavailable', retryable: false, hint: expect.stringContaining('join-token create') },
    });
    expect(server.logOf(step)).toEqual([]);
  });

  it('is the only one that gets any of that', async () => {
    const server = new FakeServer();
    start(server);
    const step = assignmentOf(1, shell('env | grep -c MILLRACE_API > "$MILLRACE_OUTPUT" || true'));
    server.assign(step);
    expect(await server.resultOf(step)).toMatchObject({ status: 'succeeded', output: 0 });
  });
});

describe('the key of the tokens', () => {
  it('is made of what server and worker both have: of a worker that joined, the hash of its token', () => {
    const keyOf = (shared: string) => createHmac('sha256', shared).update(attemptKeyLabel).digest();
    expect(attemptKeyOf('shared')).toEqual(keyOf('shared'));
    const secret = 'a'.repeat(43);
    const hash = createHash('sha256').update(secret).digest('base64url');
    expect(attemptKeyOfWorkerToken(`mrw_AAAAAAAAAA_${secret}`)).toEqual(keyOf(hash));
    expect(() => attemptKeyOfWorkerToken('mrj_AAAAAAAAAA_x')).toThrow(TypeError);
  });
});
