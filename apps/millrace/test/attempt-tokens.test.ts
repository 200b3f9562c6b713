// A step that may call the API, with the real binary on both sides: what it reads, emits and may not do, that its token ends
// with it, and that nothing of the token is left anywhere.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@millrace/client';
import { openTestDatabase } from '@millrace/store-postgres/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';
import { formsOf } from './leaks/forms.ts';

const apiToken = randomBytes(24).toString('hex');
const workerToken = randomBytes(24).toString('hex');
const command = `${process.execPath} ${fileURLToPath(new URL('../bin/millrace.mjs', import.meta.url))}`;
const workflows = `
workflows:
  call:
    input: { folder: { type: string, required: true } }
    steps:
      call:
        type: shell
        api: true
        timeout: 5m
        cmd: |
          set -e
          ${command} run get "$MILLRACE_RUN_ID" --json > {{ input.folder }}/got.json
          ${command} event emit step.spoke --payload by=call --json > {{ input.folder }}/emitted.json
          ${command} run list > {{ input.folder }}/list.txt 2>&1 || echo "refused with $?" >> {{ input.folder }}/list.txt
          echo "the token is $MILLRACE_API_TOKEN"
          half=$(( \${#MILLRACE_API_TOKEN} / 2 ))
          printf %s "$(printf %s "$MILLRACE_API_TOKEN" | cut -c 1-$half)"; sleep 0.2; printf '%s\\n' "$MILLRACE_API_TOKEN" | cut -c $((half + 1))-
          printf %s "$MILLRACE_API_TOKEN" | base64
          printf %s "$MILLRACE_API_TOKEN" | base64 | tr -d '\\n' >&2
          printf '%s\\n' "$MILLRACE_API_TOKEN" | tail -c 44
          printf '{"url": "%s", "token": "%s"}' "$MILLRACE_API_URL" "$MILLRACE_API_TOKEN" > "$MILLRACE_OUTPUT"
          printf %s "$MILLRACE_API_TOKEN" > {{ input.folder }}/token.new
          mv {{ input.folder }}/token.new {{ input.folder }}/token
          while [ ! -e {{ input.folder }}/go ]; do sleep 0.1; done
  heard: { input: { by: { type: string } }, steps: { note: { type: shell, cmd: "echo {{ input.by }}" } } }
  quiet:
    steps:
      look: { type: shell, cmd: 'echo "\\"\${MILLRACE_API_URL-}\${MILLRACE_API_TOKEN-nothing}\\"" > "$MILLRACE_OUTPUT"' }
    output: "{{ steps.look.output }}"
triggers:
  spoken: { type: event, event: step.spoke, workflow: heard, input: { by: "{{ event.payload.by }}" } }
`;

let scratch: Scratch;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let server: Running;
let url = '';

beforeAll(async () => {
  scratch = makeScratch();
  scratch.write('main/.workflows/w.yaml', workflows);
  database = await openTestDatabase();
  const schema = `attempts_${randomBytes(6).toString('hex')}`;
  const args = ['--database', database.url, '--schema', schema, '--blobs', 'blobs', '-w', 'main', '--port', '0'];
  const env = { MILLRACE_TOKEN: apiToken, MILLRACE_WORKER_TOKEN: workerToken };
  server = start(['serve', ...args], { cwd: scratch.path, env });
  [, url = ''] = await server.says(/"url":"(http:[^"]+)".*"ready"/);
}, 120_000);

afterAll(async () => {
  server?.child.kill('SIGTERM');
  await server?.ended;
  await database?.close();
  scratch?.remove();
}, 60_000);

async function stop(process: Running, signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
  process.child.kill(signal);
  await process.ended;
}

/** Lets a step speak for itself on a server; `root` is what an administrator shows there. */
async function letItSpeak(address: string, root: string | undefined): Promise<void> {
  const client = createClient({ url: address, ...(root === undefined ? {} : { token: root }) });
  const folder = join(scratch.path, randomBytes(6).toString('hex'));
  mkdirSync(folder);
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const { id: other } = await client.workflows.start('main', 'quiet', {});
  // A step that does not ask for it has nothing of the API.
  expect(await client.runs.waitForEnd(other)).toMatchObject({ status: 'succeeded', output: 'nothing' });
  const { id } = await client.workflows.start('main', 'call', { input: { folder } });
  await expect.poll(() => existsSync(join(folder, 'token')), { timeout: 60_000 }).toBe(true);
  const token = file('token');
  expect(token).toMatch(/^mra_[\w-]+_[\w-]{43}$/);
  expect(JSON.parse(file('got.json'))).toMatchObject({ id, status: 'running', steps: { call: { status: 'running' } } });
  expect(file('list.txt')).toContain('may not call listRuns, which needs run:read.');
  expect(file('list.txt')).toContain('refused with');

  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<number> =>
    (
      await fetch(`${address}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    ).status;
  const event = { workspace: 'main', type: 'step.other', payload: {} };
  expect(await ask('GET', `/runs/${id}`)).toBe(200);
  expect(await ask('POST', '/events', event)).toBe(201);
  expect(await ask('POST', '/events', { ...event, workspace: 'elsewhere' })).toBe(404);
  expect(await ask('GET', `/runs/${other}`)).toBe(404);
  expect(await ask('GET', '/runs')).toBe(403);
  expect(await ask('GET', '/me')).toBe(403);
  expect(await ask('POST', `/runs/${id}/cancel`, {})).toBe(403);

  writeFileSync(join(folder, 'go'), '');
  expect(await client.runs.waitForEnd(id)).toMatchObject({ status: 'succeeded' });
  // At once, also where the same request was good a moment ago.
  expect(await ask('GET', `/runs/${id}`)).toBe(401);
  expect(await ask('POST', '/events', event)).toBe(401);

  const emitted = JSON.parse(file('emitted.json')).event;
  expect(emitted).toMatchObject({ type: 'step.spoke', source: { type: 'cli', run: id, step: 'call' } });
  await expect
    .poll(async () => (await client.events.get(emitted.id)).outcome?.runs.length, { timeout: 30_000 })
    .toBe(1);
  const [heard] = (await client.events.get(emitted.id)).outcome?.runs ?? [];
  expect(await client.runs.waitForEnd(heard?.run ?? '')).toMatchObject({ status: 'succeeded' });

  const logs = await run(['run', 'logs', id], {
    cwd: scratch.path,
    env: { MILLRACE_URL: address, ...(root === undefined ? {} : { MILLRACE_TOKEN: root }) },
  });
  expect(logs.stdout).toContain('the token is ***');
  const attempts = await client.runs.attempts(id);
  const shown = [logs.stdout, logs.stderr, JSON.stringify([await client.runs.get(id), attempts])];
  for (const form of [token, token.slice(-43)].flatMap(formsOf)) {
    expect(shown.filter((text) => text.includes(form))).toEqual([]);
  }
}

describe('a step that may call the API', { timeout: 180_000 }, () => {
  it('reads its run and emits events, on a worker that joined', async () => {
    const env = { MILLRACE_URL: url, MILLRACE_TOKEN: apiToken };
    const made = await run(['worker', 'join-token', 'create', 'test'], { cwd: scratch.path, env });
    const options = ['--server', url, '--token-file', 'own.json', '--folder', 'joined'];
    const worker = start(['work', ...options, '--join-token', made.stdout.trim()], { cwd: scratch.path });
    await worker.says(/"working"/);
    await letItSpeak(url, apiToken);
    await stop(worker, 'SIGTERM');
    const told = await createClient({ url, token: apiToken }).audit.list({ operation: 'emitEvent' });
    const done = told.items.filter(({ outcome }) => outcome === 'done');
    expect(done.length).toBeGreaterThan(1);
    for (const { actor, actor_kind: kind } of done)
      expect([actor, kind]).toEqual([expect.stringMatching(/^attempt:\d+\/call$/), 'attempt']);
    // What came with the token when it was over is refused to nobody that is known.
    expect(told.items.find(({ outcome }) => outcome === 'refused')).toMatchObject({
      actor: null,
      code: 'unauthorized',
    });
  });

  it('does so on a worker with the shared token', async () => {
    const env = { MILLRACE_WORKER_TOKEN: workerToken };
    const worker = start(['work', '--server', url, '--folder', 'shared'], { cwd: scratch.path, env });
    await worker.says(/"working"/);
    await letItSpeak(url, apiToken);
    await stop(worker, 'SIGTERM');
  });

  it('does so in `millrace dev`, which asks nobody who he is', async () => {
    const dev = await startDev(scratch, { cwd: 'main' });
    await letItSpeak(await addressOf(dev), undefined);
    await stop(dev, 'SIGINT');
  });

  it('is mocked in tests as any other, and needs nothing for it', async () => {
    const step = 'workflows: { w: { steps: { s: { type: shell, api: true, cmd: "exit 1" } } } }';
    scratch.write('tested/.workflows/w.yaml', step);
    scratch.write(
      'tested/.workflows/w.test.yaml',
      'workflow: w\nmocks: { s: {} }\ntests: { goes on: { expect: { status: succeeded } } }\n',
    );
    const ended = await run(['test'], { cwd: join(scratch.path, 'tested') });
    expect({ exit: ended.exit, said: ended.stdout }).toMatchObject({
      exit: 0,
      said: expect.stringContaining('goes on'),
    });
  });

  it('fails before it starts where no server would know it', async () => {
    scratch.write(
      'alone/.workflows/w.yaml',
      `workflows: { w: { steps: { s: { type: shell, api: true, cmd: "touch ${scratch.path}/begun" } } } }`,
    );
    const where = { cwd: join(scratch.path, 'alone') };
    const ended = await run(['run', '.'], where);
    expect(ended.exit).toBe(1);
    expect(existsSync(join(scratch.path, 'begun'))).toBe(false);
    expect(`${ended.stdout}${ended.stderr}`).toContain('there is no server here that would know its token');
    const { steps } = JSON.parse((await run(['run', '.', '--json'], where)).stdout);
    const hint = expect.stringContaining('millrace worker join-token create');
    expect(steps.s.error).toMatchObject({ code: 'api_unavailable', hint });
  });
});
