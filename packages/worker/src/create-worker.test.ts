import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type FunctionBody, type LogChunk, MillraceError, type ShellBody } from '@millrace/core';
import {
  createFunctionExecutor,
  createProcessStarter,
  createShellExecutor,
  type StepFunction,
} from '@millrace/executors';
import { create } from 'tar';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { assignmentOf, FakeServer, keyOf } from '../test/fake-server.ts';
import { createWorker, type Worker, type WorkerOptions } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-worker-'));
const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 })));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = (name: string): FunctionBody => ({ type: 'function', function: name });
const shell = (cmd: string): ShellBody => ({ type: 'shell', cmd });

function start(
  server: FakeServer,
  functions: Record<string, StepFunction> = {},
  more: Partial<WorkerOptions> = {},
): Worker {
  const worker = createWorker({
    protocol: server,
    description: {
      name: 'test',
      labels: [],
      queues: ['default'],
      slots: 4,
      version: '0',
      host: 'here',
      pid: process.pid,
    },
    executors: [createShellExecutor(), createFunctionExecutor(new Map(Object.entries(functions)))],
    folder,
    onEvent: () => server.notify(),
    ...more,
  });
  workers.push(worker);
  worker.start();
  return worker;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const lives = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
};

describe('a worker', () => {
  it('executes assignments and reports each result once', async () => {
    const server = new FakeServer();
    start(server, { double: ({ n }) => ({ n: Number(n) * 2 }) });
    const assignments = range(50).map((n) => assignmentOf(n, call('double'), { input: { n } }));
    server.assign(...assignments);
    for (const [index, assignment] of assignments.entries()) {
      expect(await server.resultOf(assignment)).toMatchObject({ status: 'succeeded', output: { n: (index + 1) * 2 } });
    }
    expect(server.repeated).toBe(0);
  });

  it('sends results that finish together in one call', async () => {
    const server = new FakeServer();
    start(server, { quick: () => 1 }, {});
    server.assign(...range(1_000).map((n) => assignmentOf(n, call('quick'))));
    await server.until(() => server.results.size === 1_000);
    const carrying = server.requests.filter(({ results }) => results.length > 0);
    expect(carrying.length).toBeLessThan(100);
  });

  it('never runs more than its slots, and keeps the line that is sent ahead', async () => {
    const server = new FakeServer();
    let now = 0;
    let most = 0;
    const work: StepFunction = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return null;
    };
    start(server, { work });
    server.assign(...range(100).map((n) => assignmentOf(n, call('work'))));
    await server.until(() => server.results.size === 100);
    expect(most).toBe(4);
  });

  it('runs nothing twice when answers are lost, repeated and late', async () => {
    const server = new FakeServer();
    const runs = new Map<string, number>();
    const work: StepFunction = async (_input, { run }) => {
      runs.set(run, (runs.get(run) ?? 0) + 1);
      return null;
    };
    let calls = 0;
    server.faults = {
      noisy: true,
      before: () => {
        if (++calls % 5 === 0) throw new MillraceError('store_unavailable', 'The request is lost.');
      },
      after: () => {
        if (calls % 3 === 0) throw new MillraceError('store_unavailable', 'The answer is lost.');
      },
    };
    start(server, { work });
    for (const n of range(60)) server.assign(assignmentOf(n, call('work')));
    await server.until(() => server.results.size === 60);
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
  });

  it('goes on through a restart of the server and reports what ended meanwhile', async () => {
    const server = new FakeServer();
    let down = false;
    server.faults.before = () => {
      if (down) throw new MillraceError('store_unavailable', 'The server is away.');
    };
    let finish = (): void => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const events: string[] = [];
    start(
      server,
      { wait: () => held.then(() => 'done') },
      {
        onEvent: ({ type }) => {
          events.push(type);
          server.notify();
        },
      },
    );
    const assignment = assignmentOf(1, call('wait'));
    server.assign(assignment);
    await server.until(() => events.includes('attempt_started'));
    down = true;
    finish();
    await server.until(() => events.includes('server_lost'));
    down = false;
    expect(await server.resultOf(assignment)).toMatchObject({ status: 'succeeded', output: 'done' });
    await server.until(() => events.includes('server_found'));
  });

  it('stops its attempts when it hears nothing for the length of its lease', async () => {
    const server = new FakeServer();
    server.leaseMs = 300;
    let down = false;
    server.faults.before = () => {
      if (down) throw new MillraceError('store_unavailable', 'The server is away.');
    };
    let stopped = '';
    const assignment = assignmentOf(1, call('wait'));
    start(server, {
      wait: (_input, { signal }) =>
        new Promise((resolve) => {
          down = true;
          signal.addEventListener('abort', () => {
            stopped = (signal.reason as { kind: string }).kind;
            server.notify();
            resolve('too late');
          });
        }),
    });
    server.assign(assignment);
    await server.until(() => stopped === 'lost');
    down = false;
    const next = assignmentOf(2, call('missing'));
    server.assign(next);
    await server.resultOf(next);
    expect(server.results.has(keyOf(assignment))).toBe(false);
  });

  it('cancels, and drops what another worker owns', async () => {
    const server = new FakeServer();
    start(server);
    const [a, b] = [assignmentOf(1, shell('echo $$; sleep 100')), assignmentOf(2, shell('echo $$; sleep 100'))];
    server.assign(a, b);
    await server.until(() => server.logOf(a).length > 0 && server.logOf(b).length > 0);
    server.cancel(a);
    server.cancel(b, { lost: true });
    expect(await server.resultOf(a)).toMatchObject({ status: 'cancelled' });
    const pid = Number(server.logOf(b)[0]?.split(' ').at(-1));
    while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(server.results.has(keyOf(b))).toBe(false);
  });

  it('ends a step at its time limit, also a function that does not listen', async () => {
    const server = new FakeServer();
    start(server, { deaf: () => new Promise(() => {}) });
    const a = assignmentOf(1, shell('trap "" TERM; while :; do sleep 0.05; done'), { timeoutMs: 50 });
    const b = assignmentOf(2, call('deaf'), { timeoutMs: 50 });
    server.assign(a, b);
    for (const each of [a, b])
      expect(await server.resultOf(each)).toMatchObject({ status: 'timed_out', error: { code: 'timeout' } });
  });

  it('explains what it cannot execute', async () => {
    const server = new FakeServer();
    start(server);
    const assignment = assignmentOf(1, { type: 'http', url: 'http://x', method: 'GET' });
    server.assign(assignment);
    expect(await server.resultOf(assignment)).toMatchObject({ status: 'failed', error: { code: 'no_executor' } });
  });

  it('leaves no file of an attempt behind', async () => {
    const server = new FakeServer();
    const worker = start(server);
    const assignments = range(6).map((n) => assignmentOf(n, shell('mkdir -p a/b; echo x > a/b/c; chmod 500 a/b')));
    server.assign(...assignments);
    for (const each of assignments) expect((await server.resultOf(each)).status).toBe('succeeded');
    await worker.stop();
    expect(readdirSync(folder)).toEqual([]);
  });
});

it.runIf(process.platform === 'linux' && existsSync('/usr/bin/perl'))(
  'passes clean folders on, and no others',
  async () => {
    const server = new FakeServer();
    const worker = start(server, {}, { executors: [createShellExecutor({ starter: createProcessStarter() })] });
    let count = 0;
    /** The work folder of a step: its path, and what tells it from all others. */
    const step = async (cmd: string, input = {}) => {
      const tell =
        'echo "OUTPUT: [\\"$PWD\\", \\"$(stat -c "%i %w" .)\\", $(cat "$MILLRACE_INPUT"), \\"$(ls -A . "$TMPDIR")\\"]" | tr "\\n" " "; echo';
      const assignment = assignmentOf(++count, shell(`${tell}; ${cmd}`), { input });
      server.assign(assignment);
      const result = await server.resultOf(assignment);
      if (result.status !== 'succeeded') throw new Error(JSON.stringify(result));
      const [path, identity, found, files] = result.output as [string, string, unknown, string];
      expect([found, files.includes('leftover')]).toEqual([input, false]);
      return { path, identity };
    };
    const passedOn = async (cmd: string): Promise<boolean> => {
      const before = await step(cmd, { of: 'the one before' });
      const after = await step('true');
      expect(after.path).not.toBe(before.path);
      await expect.poll(() => existsSync(before.path)).toBe(false);
      return after.identity === before.identity;
    };
    // From when the helper is there.
    await expect.poll(() => passedOn('true'), { timeout: 20_000 }).toBe(true);
    expect(await passedOn('touch "$TMPDIR/leftover"')).toBe(false);
    await worker.stop();
    expect(readdirSync(folder)).toEqual([]);
  },
);

it.runIf(process.platform === 'linux' && existsSync('/usr/bin/perl'))(
  'passes on no folder of which the start of the process made a part only',
  async () => {
    const server = new FakeServer();
    start(server, {}, { executors: [createShellExecutor({ starter: createProcessStarter() })] });
    const files = mkdtempSync(join(folder, 'files-'));
    writeFileSync(join(files, 'theirs'), '');
    const archive = await buffer(create({ gzip: true, cwd: files }, ['theirs']));
    rmSync(files, { recursive: true });
    let count = 0;
    const step = async (workspace: string, cmd: string) => {
      server.files = workspace === 'with files' ? () => Readable.from([archive]) : null;
      const assignment = assignmentOf(++count, shell(cmd), { workspace });
      server.assign(assignment);
      const result = await server.resultOf(assignment);
      if (result.status !== 'succeeded') throw new Error(JSON.stringify(result));
      return result.output;
    };
    const written = 'echo "\\"$(ls)\\"" > "$MILLRACE_OUTPUT"';
    const seen = 'echo "OUTPUT: \\"$(ls -A . .. | tr "\\n" " ")\\""';
    const nothing = '.:  ..: input.json tmp work ';
    // From when the helper is there.
    const parent = async () => await step('without', 'echo "OUTPUT: $PPID"');
    await expect.poll(parent, { timeout: 20_000 }).not.toBe(process.pid);
    expect(await step('with files', written)).toBe('theirs');
    expect(await step('with files', 'touch mine')).toBe(null);
    expect(await step('without', seen)).toBe(nothing);
    expect(await step('without', `touch mine # ${'x'.repeat(100_000)}`)).toBe(null);
    expect(await step('without', seen)).toBe(nothing);
  },
);

describe('stopping a worker', () => {
  it('gives back what is not started, waits for what runs, and says farewell', async () => {
    const server = new FakeServer();
    let finish = (): void => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const worker = start(server, { wait: () => held.then(() => 1) });
    server.assign(...range(6).map((n) => assignmentOf(n, call('wait'))));
    await server.until(() => worker.running === 4);
    const stopping = worker.stop();
    await server.until(() => server.returned.length === 2);
    finish();
    await stopping;
    expect([...server.results.values()].map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
    expect(server.requests.at(-1)).toMatchObject({ stopping: true, running: [], results: [], freeSlots: 0 });
  });

  it('leaves no process when its grace is over', async () => {
    const server = new FakeServer();
    const worker = start(server);
    const assignments = range(3).map((n) =>
      assignmentOf(n, shell('sh -c "trap : TERM; echo \\$\\$; while :; do sleep 0.05; done"')),
    );
    server.assign(...assignments);
    await server.until(() => assignments.every((each) => server.logOf(each).length > 0));
    const pids = assignments.map((each) => Number(server.logOf(each)[0]?.split(' ').at(-1)));
    await worker.stop({ graceMs: 0 });
    expect(pids.filter(lives)).toEqual([]);
    for (const each of assignments)
      expect(await server.resultOf(each)).toMatchObject({ error: { code: 'worker_stopped' } });
  });

  it('waits for the files of a workspace while the server cannot give them', async () => {
    const server = new FakeServer();
    start(server);
    const assignment = assignmentOf(1, shell('true'));
    server.files = () => {
      if (server.filesOpened < 3) throw new MillraceError('store_unavailable', 'The database is away.');
      server.files = null;
      throw new MillraceError('blob_store_unavailable', 'The disk is away.');
    };
    server.assign(assignment);
    expect(await server.resultOf(assignment)).toMatchObject({ status: 'succeeded' });
    expect(server.filesOpened).toBe(4);
  });

  it('does not wait for files that will never come', async () => {
    const server = new FakeServer();
    start(server);
    server.files = () => {
      throw new MillraceError('not_found', 'There is no such revision.');
    };
    const assignment = assignmentOf(1, shell('true'));
    server.assign(assignment);
    expect(await server.resultOf(assignment)).toMatchObject({
      status: 'failed',
      error: { code: 'files_unavailable', retryable: false },
    });
    expect(server.filesOpened).toBe(1);
  });

  it('ends although the server is away', async () => {
    const server = new FakeServer();
    const worker = start(server);
    await server.until(() => server.requests.length > 0);
    server.faults.before = () => {
      throw new MillraceError('store_unavailable', 'The server is away.');
    };
    await worker.stop({ graceMs: 0 });
  }, 20_000);
});

describe('logs', () => {
  it('are complete when the result arrives, whatever gets lost', async () => {
    const server = new FakeServer();
    let calls = 0;
    server.faults.logs = () => {
      if (++calls % 2 === 0) throw new MillraceError('blob_store_unavailable', 'Not now.');
    };
    start(server);
    const assignment = assignmentOf(1, shell('for i in 1 2 3; do echo line $i; done; printf "no end" >&2'));
    server.assign(assignment);
    await server.resultOf(assignment);
    expect(server.logOf(assignment)).toEqual([
      'stdout F line 1',
      'stdout F line 2',
      'stdout F line 3',
      'stderr F no end',
    ]);
  });

  it('of 100 MB end with a marker at the limit, and the step succeeds', async () => {
    const server = new FakeServer();
    start(server);
    const assignment = assignmentOf(1, shell('yes 0123456789abcdef | head -c 100000000; echo; echo "OUTPUT: 1"'), {
      limits: { outputBytes: 1_000, logBytes: 2_000_000, graceMs: 300 },
    });
    server.assign(assignment);
    expect(await server.resultOf(assignment)).toMatchObject({ status: 'succeeded', output: 1 });
    const lines = server.logOf(assignment);
    expect(lines.at(-1)).toMatch(/^system F The log reached its limit of 2000000 bytes \(limits\.log_bytes\)/);
    expect(server.logs.get(keyOf(assignment))?.length).toBeLessThan(2_000_300);
  });

  it('of a store that refuses end in a clear error, and others go on', async () => {
    const server = new FakeServer();
    const bad = assignmentOf(1, shell('echo x'));
    const good = assignmentOf(2, shell('echo y'));
    server.faults.logs = (chunks: readonly LogChunk[]) => {
      if (chunks.some(({ run }) => run === bad.run)) throw new MillraceError('too_large', 'This log is too large.');
    };
    start(server);
    server.assign(bad, good);
    expect(await server.resultOf(good)).toMatchObject({ status: 'succeeded' });
    expect(await server.resultOf(bad)).toMatchObject({
      status: 'failed',
      error: {
        code: 'log_store_failed',
        retryable: false,
        details: { attempt_status: 'succeeded', cause: 'too_large' },
      },
    });
  });

  it('of a full disk are tried again, then the step fails and says so', async () => {
    const server = new FakeServer();
    server.faults.logs = () => {
      throw new MillraceError('blob_store_full', 'No space is left.');
    };
    start(server, {}, { logRetryMs: 100 });
    const assignment = assignmentOf(1, shell('yes | head -c 30000000'));
    server.assign(assignment);
    const result = await server.resultOf(assignment);
    expect(result).toMatchObject({
      error: { code: 'log_store_failed', message: expect.stringContaining('No space is left.') },
    });
  });
});

it('runs 1,000 quick processes', async () => {
  const server = new FakeServer();
  const worker = start(server, {}, {});
  const assignments = range(1_000).map((n) => assignmentOf(n, shell('echo "OUTPUT: $MILLRACE_RUN_ID"')));
  server.assign(...assignments);
  await server.until(() => server.results.size >= 200);
  await server.until(() => server.results.size >= 400);
  await server.until(() => server.results.size >= 600);
  await server.until(() => server.results.size >= 800);
  await server.until(() => server.results.size === 1_000);
  expect(
    assignments.every((each, n) => {
      const result = server.results.get(keyOf(each));
      return result?.status === 'succeeded' && result.output === n + 1;
    }),
  ).toBe(true);
  await worker.stop();
}, 120_000);

describe('a worker and secrets', () => {
  const secrets = {
    names: ['token'],
    connections: { db: { url: 'u:{{ secrets.token }}@h' } },
    input: ['/deep/0'],
    env: ['/TOKEN'],
    bodyConfig: [],
    ownConfig: [],
    scope: { item: 'seven' },
    places: { '/input/deep/0': { file: 'a.yaml', line: 7, column: 3 } },
  };
  const given = {
    secrets,
    input: { deep: ['{{ item }} {{ secrets.token }} {{ connections.db.url }}', '{{ 1 }}'] },
    env: { TOKEN: '{{ secrets.token }}', PLAIN: '{{ 1 }}' },
  };
  const value = 'hunter2-hunter2';

  it('asks for them for each attempt that needs some, and puts them where they are read', async () => {
    const server = new FakeServer();
    server.secrets = { token: value };
    const seen: unknown[] = [];
    const worker = start(server, { look: (input) => void seen.push(input), plain: () => 1 });
    const [look, plain] = [assignmentOf(1, call('look'), given), assignmentOf(2, call('plain'))];
    server.assign(look, plain);
    await server.resultOf(look);
    await server.resultOf(plain);
    expect(seen).toEqual([{ deep: [`seven ${value} u:${value}@h`, '{{ 1 }}'] }]);
    expect(server.secretsAsked).toMatchObject([
      { worker: worker.id, names: ['token'], held: { run: look.run }, step: 0 },
    ]);
  });

  it('masks them in logs that are cut anywhere, in outputs and in faults', async () => {
    const server = new FakeServer();
    server.secrets = { token: value };
    start(server);
    const says = assignmentOf(
      1,
      shell(
        'printf hunter2-; sleep 0.2; echo "hunter2, $PLAIN"; echo "{{ input.deep[0] }}" >&2; printf %s "$TOKEN" | base64; echo "OUTPUT: [\\"$TOKEN\\"]"',
      ),
      given,
    );
    const fails = assignmentOf(2, shell('echo "no {{ secrets.token }}" >&2; exit 3'), given);
    server.assign(says, fails);
    expect(await server.resultOf(says)).toMatchObject({ status: 'succeeded', output: ['***'] });
    expect(await server.resultOf(fails)).toMatchObject({
      status: 'failed',
      error: { message: 'The command ended with exit code 3: no ***' },
    });
    const log = server.logOf(says).join('\n');
    expect(log).toContain('stdout F ***, {{ 1 }}');
    expect(log).toContain('stderr F seven *** u:***@h');
    expect(log).not.toContain(value);
    expect(log).not.toContain(Buffer.from(value).toString('base64').slice(0, 18));
    expect(JSON.stringify([...server.results.values()])).not.toContain(value);
  });

  it('gives the fields of a secret, hides each of them, and says when it has none', async () => {
    const server = new FakeServer();
    const db = { user: 'etl', password: value, port: 54_321 };
    server.secrets = { db: JSON.stringify(db, null, 2) };
    start(server);
    const withFields = {
      secrets: { ...secrets, names: ['db'], withFields: ['db'], connections: {}, input: [], env: ['/PASSWORD'] },
      env: { PASSWORD: '{{ secrets.db.password }}' },
    };
    const says = assignmentOf(
      1,
      shell('echo "{{ secrets.db.user }}:$PASSWORD@h:{{ secrets.db.port }}"; printf %s "$PASSWORD" | base64'),
      withFields,
    );
    const lacks = assignmentOf(2, shell('echo "{{ secrets.db.nothing }}"'), withFields);
    server.assign(says, lacks);
    expect(await server.resultOf(says)).toMatchObject({ status: 'succeeded' });
    expect(server.logOf(says).join('\n')).toMatch(/stdout F etl:\*\*\*@h:\*\*\*\n.*stdout F \*\*\*\w?=*$/);
    expect(await server.resultOf(lacks)).toMatchObject({ status: 'failed', error: { code: 'expression' } });
    expect(JSON.stringify([...server.results.values()])).not.toContain(value);

    server.secrets = { db: `no JSON: ${value}` };
    const text = assignmentOf(3, shell('true'), withFields);
    server.assign(text);
    const failed = await server.resultOf(text);
    expect(failed).toMatchObject({
      status: 'failed',
      error: {
        code: 'secret_without_fields',
        message: 'A field of the secret db is read, but its value is no JSON object.',
        retryable: false,
      },
    });
    expect(JSON.stringify(failed)).not.toContain(value);
  });

  it('fails what lacks one, or has one too short to mask, without starting it', async () => {
    const server = new FakeServer();
    start(server, { look: () => 1 });
    const [missing, short] = [assignmentOf(1, call('look'), given), assignmentOf(2, call('look'), given)];
    server.assign(missing);
    expect(await server.resultOf(missing)).toMatchObject({
      status: 'failed',
      error: { code: 'secret_missing', message: 'There is no secret token.', hint: 'Set it.', retryable: false },
    });
    server.secrets = { token: 'abc' };
    server.assign(short);
    expect(await server.resultOf(short)).toMatchObject({ status: 'failed', error: { code: 'secret_too_short' } });
  });

  it('takes its own before it asks the server, and tells where a template is wrong', async () => {
    const server = new FakeServer();
    start(server, { look: ({ deep }) => (deep as string[])[1] ?? null }, { ownSecret: () => value });
    const wrong = { ...given, input: { deep: ['{{ secrets.token + 1 }}', 'x'] } };
    const [good, bad] = [assignmentOf(1, call('look'), given), assignmentOf(2, call('look'), wrong)];
    server.assign(good, bad);
    expect(await server.resultOf(good)).toMatchObject({ status: 'succeeded', output: '{{ 1 }}' });
    expect(await server.resultOf(bad)).toMatchObject({
      status: 'failed',
      error: { code: 'expression', at: { file: 'a.yaml', line: 7 }, message: expect.not.stringContaining(value) },
    });
    expect(server.secretsAsked).toEqual([]);
  });

  it('masks what the action calls secret in its input, though it is no stored secret', async () => {
    const server = new FakeServer();
    start(server);
    const input = { token: value, user: 'ada-lovelace', pin: '12' };
    const says = assignmentOf(1, shell('echo "{{ input.token }} {{ input.user }} {{ input.pin }}"'), {
      input,
      secretInput: ['/token', '/pin', '/none'],
    });
    server.assign(says);
    expect(await server.resultOf(says)).toMatchObject({ status: 'succeeded' });
    expect(server.logOf(says)).toEqual(['stdout F *** ada-lovelace 12']);
    expect(server.secretsAsked).toEqual([]);
  });

  it('asks again while the server is away', async () => {
    const server = new FakeServer();
    server.secrets = { token: value };
    const readSecrets = server.readSecrets.bind(server);
    let away = 2;
    server.readSecrets = async (request) => {
      if (away-- > 0) throw new MillraceError('store_unavailable', 'It is away.');
      return readSecrets(request);
    };
    start(server, { look: () => 1 });
    const look = assignmentOf(1, call('look'), given);
    server.assign(look);
    expect(await server.resultOf(look)).toMatchObject({ status: 'succeeded' });
    expect(away).toBe(-1);
  });
});
