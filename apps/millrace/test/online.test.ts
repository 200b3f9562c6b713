// dev, serve and work as processes, and the commands that talk to them.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@millrace/client';
import { runId } from '@millrace/core';
import { openPostgresStore } from '@millrace/store-postgres';
import { openTestDatabase } from '@millrace/store-postgres/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const workflows = `workflows:
  hello:
    input: { who: { type: string, default: world } }
    steps:
      greet: { type: shell, cmd: 'echo "to {{ input.who }}"; echo "OUTPUT: {\\"text\\": \\"hi\\"}"' }
    output: { text: "{{ steps.greet.output.text }}" }
  slow:
    steps:
      sleep: { type: shell, cmd: 'echo started; exec sleep 60' }
  call:
    steps:
      fetch: { type: http, url: "http://127.0.0.1:9/" }
  ask:
    steps:
      go:
        type: approval
        prompt: Go on?
        quorum: 2
        approvers: { users: [ada, bob] }
        form: { region: { type: string, default: eu } }
      paid: { type: wait, depends_on: [go], event: { type: order.paid, when: event.payload.order == 7 } }
      tell: { type: emit, depends_on: [paid], event: order.told, payload: { region: "{{ steps.go.output.values.region }}" } }
    output: { region: "{{ steps.go.output.values.region }}", by: "{{ steps.paid.output.payload.by }}" }
  hear:
    input: { region: { type: string } }
    steps:
      write: { type: shell, cmd: 'echo "heard {{ input.region }}"' }
  long:
    steps:
      count: { for_each: 40, concurrency: 4, type: shell, cmd: 'sleep 0.2; echo "OUTPUT: {{ item }}"' }
      sum: { depends_on: [count], type: shell, cmd: 'echo "OUTPUT: {{ steps.count.output | sum }}"' }
    output: { sum: "{{ steps.sum.output }}" }
triggers:
  told: { type: event, event: order.told, workflow: hear, input: { region: "{{ event.payload.region }}" } }
`;

let scratch: Scratch;
let running: Running[];
beforeEach(() => {
  scratch = makeScratch();
  running = [];
  scratch.write('.workflows/a.yaml', workflows);
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  scratch.remove();
});

function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const started = start(args, { cwd: scratch.path, env });
  running.push(started);
  return started;
}
async function stop({ child, ended }: Running, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  child.kill(signal);
  return (await ended).exit;
}
const ready = async (process: Running) => ({ process, url: await addressOf(process) });
const dev = async () => {
  const process = await startDev(scratch);
  running.push(process);
  return ready(process);
};

describe('millrace dev', { timeout: 120_000 }, () => {
  it('runs workflows, stops on Ctrl-C, and shows old runs when it is started again', async () => {
    const first = await ready(launch(['dev', '--port', '0', '--data', 'data']));
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: first.url } };
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);

    const followed = await run(['workflow', 'start', 'hello', '-i', 'who=Ada', '--follow'], remote);
    expect(followed.exit).toBe(0);
    expect(followed.stdout).toMatch(/^succeeded run \d+ of main\/hello/);
    expect(followed.stderr).toContain('greet | to Ada');
    const waited = await run(['workflow', 'start', 'hello', '--wait', '--json'], remote);
    const { id, ...finished } = JSON.parse(waited.stdout);
    expect(finished).toMatchObject({ status: 'succeeded', output: { text: 'hi' } });
    expect(JSON.parse((await run(['run', 'get', id, '--json'], remote)).stdout).trigger).toEqual({ type: 'cli' });

    expect((await run(['run', 'logs', id], remote)).stdout).toContain('to world');
    const lines = (await run(['run', 'logs', id, '-f', '--json'], remote)).stdout.trim().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ step: 'greet', text: 'to world', stream: 'stdout' });
    const listed = JSON.parse((await run(['workflow', 'list', '--json'], remote)).stdout);
    expect(listed.items.map((workflow: { name: string }) => workflow.name)).toEqual([
      'ask',
      'call',
      'hear',
      'hello',
      'long',
      'slow',
    ]);
    expect((await run(['workflow', 'get', 'hello'], remote)).stdout).toMatch(/who +string +"world"/);

    const exported = await run(['run', 'export', id, '--as-test'], remote);
    expect(exported.exit).toBe(0);
    scratch.write('.workflows/recorded.test.yaml', exported.stdout);
    const tested = await run(['test', '.', '--json'], remote);
    expect(JSON.parse(tested.stdout)).toMatchObject({ passed: 1, failed: 0 });

    expect(await stop(first.process)).toBe(0);
    const second = await dev();
    const again = { cwd: scratch.path, env: { MILLRACE_URL: second.url } };
    const shown = JSON.parse((await run(['run', 'get', id, '--json'], again)).stdout);
    expect(shown).toMatchObject({ id, status: 'succeeded', output: { text: 'hi' } });
    expect(await stop(second.process, 'SIGTERM')).toBe(0);
  });

  it('asks people, waits for events and starts runs by them, from the command line', async () => {
    const { process, url } = await dev();
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    const json = async (...args: readonly string[]) => {
      const { exit, stdout } = await run([...args, '--json'], remote);
      return { exit, answer: JSON.parse(stdout) };
    };
    const follow = launch(['workflow', 'start', 'ask', '--follow'], { MILLRACE_URL: url });
    const [, id = ''] = await follow.says(/millrace approval approve (\d+) go/);
    expect((await run(['approval', 'list'], remote)).stdout).toMatch(/go +main\/ask +0\/2 .*Go on\?/);
    expect((await run(['approval', 'get', id, 'go'], remote)).stdout).toContain('region  string, default "eu"');
    const refused = await json('approval', 'approve', id, 'go', '--by', 'eve');
    expect([refused.exit, refused.answer.error.code]).toEqual([2, 'not_an_approver']);
    expect((await json('approval', 'approve', id, 'go', '--by', 'ada')).answer).toMatchObject({
      status: 'open',
      approvals: 1,
    });
    const last = ['approval', 'approve', id, 'go', '--by', 'bob', '--values', 'region=us', '--comment', 'Yes.'];
    expect((await run(last, remote)).stdout).toBe(`go of run ${id} is approved.\n`);
    expect((await json(...last)).answer).toMatchObject({ status: 'approved' });
    const late = await json('approval', 'reject', id, 'go', '--by', 'ada');
    expect([late.exit, late.answer.error.code]).toEqual([1, 'approval_ended']);

    await follow.says(/waiting +paid/);
    expect((await run(['explain', id, 'paid'], remote)).stdout).toContain('$ millrace event emit order.paid -w main');
    await json('event', 'emit', 'order.paid', '--payload', 'order=8');
    await json('event', 'emit', 'order.paid', '-p', '{"order": 7, "by": "ada"}', '--key', 'k');
    expect((await json('event', 'emit', 'order.paid', '--key', 'k')).answer.created).toBe(false);
    expect((await follow.ended).exit).toBe(0);
    expect((await json('run', 'get', id)).answer.output).toEqual({ region: 'us', by: 'ada' });

    const [told] = (await json('event', 'list', '--type', 'order.told')).answer.items;
    expect(told).toMatchObject({ payload: { region: 'us' }, source: { type: 'run', run: id } });
    await expect
      .poll(async () => (await json('event', 'get', told.id)).answer.outcome?.runs[0]?.trigger, { timeout: 30_000 })
      .toBe('told');
    const shown = (await run(['event', 'get', told.id], remote)).stdout;
    expect(shown).toMatch(/trigger told started run \d+/);

    const exported = await run(['run', 'export', id, '--as-test'], remote);
    scratch.write('.workflows/asked.test.yaml', exported.stdout);
    const tested = await json('test', '.');
    expect(tested.answer, exported.stdout).toMatchObject({ passed: 1, failed: 0 });
    expect(await stop(process)).toBe(0);
  });

  it('refuses a second one on the same data folder, and says which process has it', async () => {
    const first = await dev();
    const second = await run(['dev', '--port', '0', '--data', 'data'], { cwd: scratch.path });
    expect(second.exit).toBe(1);
    expect(second.stderr).toMatch(/in use by another Millrace: process \d+.*\[folder_in_use\]/);
    expect(await stop(first.process)).toBe(0);
  });

  it('takes the next port when the default one is taken, and refuses one that was asked for', async () => {
    const ready = /ready at http:\/\/127\.0\.0\.1:(\d+)/;
    const first = launch(['dev', '--data', '.millrace/one']);
    const second = launch(['dev', '--data', '.millrace/two']);
    const [, one = ''] = await first.says(ready);
    const [, two = ''] = await second.says(ready);
    expect(Number(one)).toBeGreaterThanOrEqual(7070);
    expect(two).not.toBe(one);
    const refused = await run(['dev', '--port', one, '--data', '.millrace/three'], { cwd: scratch.path });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain(`:${one} is in use by another program`);
    expect(await Promise.all([stop(first), stop(second)])).toEqual([0, 0]);
  });

  it('ends at once by a second Ctrl-C, and takes up what was running at the next start', async () => {
    const first = await dev();
    const following = launch(['workflow', 'start', 'slow', '--follow', '--json'], { MILLRACE_URL: first.url });
    await following.says(/started/);
    const impatient = setInterval(() => first.process.child.kill('SIGINT'), 100);
    expect((await first.process.ended).exit).toBe(130);
    clearInterval(impatient);
    following.child.kill('SIGINT');
    expect((await following.ended).exit).toBe(130);
    const second = await dev();
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: second.url } };
    const [left] = JSON.parse((await run(['run', 'list', '--json'], remote)).stdout).items;
    expect(left).toMatchObject({ workflow: 'slow', status: 'running' });
    const again = launch(['run', 'logs', left.id, '-f'], { MILLRACE_URL: second.url });
    await again.says(/started[\s\S]*started/);
    expect((await run(['run', 'cancel', left.id, '--force', '--wait'], remote)).exit).toBe(0);
    expect((await again.ended).exit).toBe(0);
    expect(await stop(second.process)).toBe(0);
  });

  it('shows a broken change, keeps the last good version, and loads the repaired one', async () => {
    const { process, url } = await dev();
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    scratch.write('.workflows/a.yaml', workflows.replace('type: shell', 'type: shel'));
    await process.says(/unknown_type.*[\s\S]*its last good version stays/);
    expect((await run(['workflow', 'start', 'hello', '--wait'], remote)).exit).toBe(0);
    scratch.write('.workflows/a.yaml', workflows.replaceAll('hello', 'renamed'));
    const api = createClient({ url });
    const names = async () => (await api.workflows.list('main')).items.map(({ name }) => name);
    await expect.poll(names, { timeout: 10_000 }).toContain('renamed');
    expect((await run(['workflow', 'list', '--json'], remote)).stdout).toContain('renamed');
    expect(await stop(process)).toBe(0);
  });

  it('pauses a run that says why it waits, and lets it go on where it was', async () => {
    const { process, url } = await dev();
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    const id = JSON.parse((await run(['workflow', 'start', 'long', '--json'], remote)).stdout).id;
    const following = launch(['run', 'logs', id, '-f'], { MILLRACE_URL: url });
    const paused = await run(['run', 'pause', id, '--by', 'ada', '--reason', 'a look'], remote);
    expect(paused).toMatchObject({ exit: 0, stdout: `Run ${id} is paused. What workers hold goes on.\n` });
    const again = await run(['run', 'pause', id, '--json'], remote);
    expect([again.exit, JSON.parse(again.stdout).error.code]).toEqual([1, 'run_paused']);
    const shown = await run(['run', 'get', id], remote);
    expect(shown.stdout).toMatch(/^paused run \d+ of main\/long.*\npaused by ada since \S+: a look\n/);
    const why = await run(['explain', id], remote);
    expect(why.stdout).toMatch(
      /^run paused\n {2}Run \d+ of main\/long is paused since .*: ada paused the run \(a look\)\./,
    );
    expect(why.stdout).toContain(`$ millrace run resume ${id}`);
    const both = await run(['run', 'resume', '999999', id], remote);
    expect(both).toMatchObject({ exit: 1, stdout: `Run ${id} goes on.\n` });
    expect(both.stderr).toContain('[run_not_found]');
    expect((await following.ended).exit).toBe(0);
    const ended = JSON.parse((await run(['run', 'get', id, '--json'], remote)).stdout);
    expect(ended).toMatchObject({ status: 'succeeded', paused: null, output: { sum: 780 } });
    expect(await stop(process)).toBe(0);
  });

  it('cancels a run, and its exit codes tell how runs ended', async () => {
    const { process, url } = await dev();
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    const waiting = launch(['workflow', 'start', 'slow', '--follow', '--json'], { MILLRACE_URL: url });
    await waiting.says(/started/);
    const [only] = JSON.parse((await run(['run', 'list', '--status', 'running', '--json'], remote)).stdout).items;
    const why = await run(['explain', only.id], remote);
    expect(why.stdout).toMatch(/^run steps_open\n {2}Run \d+ of main\/slow is running\. Under way: sleep \(running\)/);
    expect(why.stdout).toMatch(/sleep running\n {2}Step sleep runs on worker .* reports its end\./s);
    expect(why.stdout).toContain(`$ millrace run cancel ${only.id}`);
    const [step] = JSON.parse((await run(['explain', only.id, 'sleep', '--json'], remote)).stdout).answers;
    expect(step).toMatchObject({ step: 'sleep', reason: 'running', attempt: 1, holder: { held: 1 } });
    const unknown = await run(['explain', only.id, 'slep'], remote);
    expect(unknown).toMatchObject({ exit: 2, stderr: expect.stringContaining('Its steps: sleep.') });
    expect((await run(['explain', only.id, '--item', '0'], remote)).stderr).toContain(
      '--item needs the name of its step',
    );
    const cancelled = await run(['run', 'cancel', only.id, '--reason', 'enough', '--wait', '--json'], remote);
    expect(JSON.parse(cancelled.stdout)).toEqual({ id: only.id, status: 'cancelled' });
    expect((await waiting.ended).exit).toBe(3);
    expect((await run(['run', 'cancel', only.id], remote)).stderr).toContain('[run_ended]');
    expect((await run(['workflow', 'start', 'nothing'], remote)).exit).toBe(2);
    const wrong = await run(['workflow', 'start', 'hello', '-i', '{"who": 7}', '--json'], remote);
    expect(wrong.exit).toBe(2);
    expect(JSON.parse(wrong.stdout).error).toMatchObject({ code: 'invalid_input' });
    expect(await stop(process)).toBe(0);
  });
});

describe('the database of millrace dev', { timeout: 120_000 }, () => {
  it('is started again when it is killed, and runs go on as if nothing had been', async () => {
    const { process, url } = await dev();
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    const following = launch(['workflow', 'start', 'long', '--follow', '--quiet', '--json'], remote.env);
    const api = createClient({ url });
    await until(async () => {
      const [begun] = (await api.runs.list()).items;
      return begun !== undefined && ((await api.runs.get(begun.id)).steps.count?.items?.succeeded ?? 0) >= 2;
    });
    const pidFile = join(scratch.path, 'data', 'postgres', 'postmaster.pid');
    globalThis.process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
    await process.says(/was started again/);
    const { exit, stdout } = await following.ended;
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', output: { sum: 780 } });
    expect(await stop(process)).toBe(0);
  });
});

describe('millrace serve and millrace work', { timeout: 120_000 }, () => {
  let database: string;
  let close: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    ({ url: database, close } = await openTestDatabase());
  });
  afterAll(() => close());

  const token = randomBytes(24).toString('hex');
  const workerToken = randomBytes(24).toString('hex');

  async function serve(
    schema: string,
    port = '0',
    env: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<{ process: Running; url: string }>> {
    const args = ['serve', '--database', database, '--schema', schema, '--blobs', 'blobs', '-w', '.', '--port', port];
    const process = launch(args, { MILLRACE_TOKEN: token, MILLRACE_WORKER_TOKEN: workerToken, ...env });
    const [, url = ''] = await process.says(/"url":"(http:[^"]+)".*"ready"/);
    return { process, url };
  }
  const work = (url: string): Running => launch(['work', '--server', url], { MILLRACE_WORKER_TOKEN: workerToken });
  const newSchema = (): string => `cli_${randomBytes(6).toString('hex')}`;

  it('run a workflow together, guarded by their tokens', async () => {
    const { process, url } = await serve(newSchema());
    const worker = work(url);
    await worker.says(/"working"/);
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url, MILLRACE_TOKEN: token } };
    const waited = await run(['workflow', 'start', 'hello', '-i', 'who=Ada', '--follow', '--json'], remote);
    expect(waited.exit).toBe(0);
    expect(JSON.parse(waited.stdout)).toMatchObject({ status: 'succeeded', output: { text: 'hi' } });
    expect(waited.stderr).toContain('greet | to Ada');

    const stranger = await run(['run', 'list'], { ...remote, env: { MILLRACE_URL: url } });
    expect(stranger).toMatchObject({ exit: 2, stderr: expect.stringContaining('[unauthorized]') });
    // An http step runs in the server itself, which does not let it reach this machine's own addresses.
    const call = JSON.parse((await run(['workflow', 'start', 'call', '--wait', '--json'], remote)).stdout);
    expect(call).toMatchObject({ status: 'failed', error: { step: 'fetch' } });
    expect(await stop(worker, 'SIGTERM')).toBe(0);
    expect(await stop(process, 'SIGTERM')).toBe(0);
  });

  it('drain a worker, which stays so over a restart of the server, and resume it', async () => {
    const schema = newSchema();
    const first = await serve(schema);
    const worker = launch(['work', '--server', first.url, '--name', 'build-7'], { MILLRACE_WORKER_TOKEN: workerToken });
    await worker.says(/"working"/);
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: first.url, MILLRACE_TOKEN: token } };
    const drained = await run(['worker', 'drain', 'build-7'], remote);
    expect(drained).toMatchObject({
      exit: 0,
      stdout: 'build-7 gets nothing new; it holds nothing and can be stopped.\n',
    });
    await stop(first.process, 'SIGTERM');
    const second = await serve(schema, new URL(first.url).port);
    const { id } = JSON.parse((await run(['workflow', 'start', 'hello', '--json'], remote)).stdout);
    await expect
      .poll(async () => (await run(['worker', 'list'], remote)).stdout, { timeout: 30_000, interval: 250 })
      .toMatch(/build-7 +0\/\d+ +draining /);
    expect((await run(['explain', id, 'greet'], remote)).stdout).toContain('draining: build-7.');
    expect(await run(['worker', 'drain', 'nobody'], remote)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('build-7'),
    });
    expect((await run(['worker', 'resume', 'build-7', '--json'], remote)).stdout).toContain('"draining_since":null');
    const logs = await run(['run', 'logs', id, '-f'], remote);
    expect(logs.stdout).toContain('to world');
    expect(await stop(worker, 'SIGTERM')).toBe(0);
    expect(await stop(second.process, 'SIGTERM')).toBe(0);
  });

  it('give workers the secrets of what they hold, stored ones and those of the worker itself', async () => {
    const steps = `{ s: { type: shell, env: { A: "{{ secrets.stored }}", B: "{{ secrets.own }}" }, cmd: 'printf "[\\"%s %s\\", %d, %d]" "$A" "$B" "$(printf %s "$A" | wc -c)" "$(printf %s "$B" | wc -c)" > "$MILLRACE_OUTPUT"; echo "$A $B"' } }`;
    const output = 'output: "{{ steps.s.output }}"';
    scratch.write(
      '.workflows/secrets.yaml',
      `workflows:\n  keep: { steps: ${steps}, ${output} }\n  whole: { mode: local, steps: ${steps}, ${output} }\n`,
    );
    const { url } = await serve(newSchema());
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url, MILLRACE_TOKEN: token } };
    const without = await run(['secret', 'set', 'stored'], { ...remote, input: 'hunter2-hunter2' });
    expect(without).toMatchObject({ exit: 2, stderr: expect.stringContaining('no key to seal secrets with') });
    const keys = { MILLRACE_SECRETS_KEY: randomBytes(32).toString('base64') };
    const keyed = await serve(newSchema(), '0', keys);
    remote.env.MILLRACE_URL = keyed.url;
    expect((await run(['secret', 'set', 'stored'], { ...remote, input: 'hunter2-hunter2' })).exit).toBe(0);
    const worker = launch(['work', '--server', keyed.url], {
      MILLRACE_WORKER_TOKEN: workerToken,
      MILLRACE_SECRET_OWN: 'own-to-this-worker',
    });
    await worker.says(/"working"/);
    for (const workflow of ['keep', 'whole']) {
      const { stdout, stderr } = await run(['workflow', 'start', workflow, '--follow', '--json'], remote);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', output: ['*** ***', 15, 18] });
      expect(stderr).toContain('s | *** ***');
    }
    const held = { run: '1', step: 0, item: -1, iteration: 0, attempt: 1 };
    const ask = (bearer: string) =>
      fetch(`${keyed.url}/worker/v1/secrets`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify({ worker: 'w', held, step: 0, names: ['stored'] }),
      });
    expect((await ask(token)).status).toBe(401);
    const refused = await ask(workerToken);
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'lease_lost' } }]);
  });

  it('give steps that share a folder to workers that reach it, and remove the folder after the run', async () => {
    scratch.write(
      '.workflows/shared.yaml',
      `workflows:
  shared:
    steps:
      write: { type: shell, shared_folder: true, cmd: 'echo "\\"text\\"" > "$MILLRACE_SHARED/file"' }
      read: { depends_on: [write], type: shell, shared_folder: true, cmd: 'cp "$MILLRACE_SHARED/file" "$MILLRACE_OUTPUT"' }
    output: { read: "{{ steps.read.output }}" }
`,
    );
    const { url } = await serve(newSchema());
    const without = work(url);
    await without.says(/"working"/);
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url, MILLRACE_TOKEN: token } };
    const { id } = JSON.parse((await run(['workflow', 'start', 'shared', '--json'], remote)).stdout);
    const explained = await run(['explain', id, 'write'], remote);
    expect(explained.stdout).toContain('has not capability shared_folder');
    expect(explained.stdout).toContain('millrace work --shared-folder');
    const able = launch(['work', '--server', url, '--shared-folder', 'shared'], { MILLRACE_WORKER_TOKEN: workerToken });
    await run(['run', 'logs', id, '--follow'], remote);
    const ended = await run(['run', 'get', id, '--json'], remote);
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'succeeded', output: { read: 'text' } });
    await able.says(/"files":1.*shared folder of an ended run was removed/);
    expect(readdirSync(join(scratch.path, 'shared'))).toEqual([]);
    expect(await stop(able, 'SIGTERM')).toBe(0);
  });

  it('carry out a local run, which survives its server and begins again when its worker is killed', async () => {
    scratch.write(
      '.workflows/local.yaml',
      `workflows:
  local:
    mode: local
    steps:
      first: { type: shell, cmd: 'echo "began in $PWD"; [ ! -e mark ] && echo here > mark' }
      hold: { depends_on: [first], type: shell, cmd: 'cat mark; until [ -e "$GO" ]; do sleep 0.1; done', env: { GO: "${join(scratch.path, 'go')}" } }
      last: { depends_on: [hold], type: shell, cmd: 'echo "OUTPUT: \\"$(cat mark)\\""' }
    output: { mark: "{{ steps.last.output }}" }
`,
    );
    const schema = newSchema();
    const first = await serve(schema);
    const port = new URL(first.url).port;
    const worker = work(first.url);
    await worker.says(/"working"/);
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: first.url, MILLRACE_TOKEN: token } };
    const { id } = JSON.parse((await run(['workflow', 'start', 'local', '--json'], remote)).stdout);
    const get = async () => JSON.parse((await run(['run', 'get', id, '--json'], remote)).stdout);
    const api = createClient({ url: first.url, token });
    const holds = async () => (await api.runs.get(id)).steps.hold?.status === 'running';
    await until(holds);
    expect(await get()).toMatchObject({ status: 'running', steps: { first: { status: 'succeeded' } } });
    expect((await run(['explain', id], remote)).stdout).toMatch(
      /local_run[\s\S]*is carried out by worker [\s\S]*hold \(running\)/,
    );
    await stop(first.process, 'SIGKILL');
    const second = await serve(schema, port);
    await until(holds);
    await stop(worker, 'SIGKILL');
    const other = work(second.url);
    await other.says(/"working"/);
    // The second round has told of itself when the run's own work is its worker's.
    await until(async () => {
      const [answer] = (await api.runs.explain(id)).answers;
      return answer?.reason === 'local_run' && answer.message.includes('began again');
    });
    expect((await run(['explain', id], remote)).stdout).toContain('began again');
    await until(holds);
    scratch.write('go', '');
    await run(['run', 'logs', id, '--follow'], remote);
    expect(await get()).toMatchObject({ status: 'succeeded', output: { mark: 'here' } });
    const logs = (await run(['run', 'logs', id, '--step', 'first'], remote)).stdout;
    expect(logs.match(/began in/g)).toHaveLength(2);
    expect(await stop(other, 'SIGTERM')).toBe(0);
    expect(await stop(second.process, 'SIGTERM')).toBe(0);
    const postgres = await openPostgresStore({ url: database, schema });
    const [loaded] = await postgres.store.runs.load([runId(id)]);
    await postgres.close();
    expect(loaded?.attempts.map(({ step, iteration, reason }) => `${step}/${iteration} ${reason}`).sort()).toEqual([
      '0/0 null',
      '0/1 null',
      '1/0 worker_lost',
      '1/1 null',
      '2/1 null',
    ]);
    expect(loaded).toMatchObject({ work: [], waits: [] });
  });

  it('end a run correctly when the server and then the worker are killed in the middle', async () => {
    const schema = newSchema();
    const first = await serve(schema);
    const port = new URL(first.url).port;
    const worker = work(first.url);
    const env = { MILLRACE_URL: first.url, MILLRACE_TOKEN: token };
    const following = launch(['workflow', 'start', 'long', '--follow', '--quiet', '--json'], env);
    type Found = { items?: { id: string }[]; steps?: { count?: { items: { succeeded: number } | null } } };
    const ask = async (url: string, path: string): Promise<Found> =>
      (
        await fetch(`${url}/api/v1/runs${path}`, { headers: { authorization: `Bearer ${token}` } })
      ).json() as Promise<Found>;
    const ended = async (url: string): Promise<number> => {
      const item = (await ask(url, '')).items?.[0];
      return item === undefined ? 0 : ((await ask(url, `/${item.id}`)).steps?.count?.items?.succeeded ?? 0);
    };
    await until(async () => (await ended(first.url)) >= 2);
    await stop(first.process, 'SIGKILL');
    const second = await serve(schema, port);
    await until(async () => (await ended(second.url)) >= 8);
    await stop(worker, 'SIGKILL');
    expect(await ended(second.url)).toBeLessThan(40);
    const other = work(second.url);
    await other.says(/"working"/);
    const { exit, stdout } = await following.ended;
    expect(exit).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ status: 'succeeded', output: { sum: (39 * 40) / 2 } });
    expect(found.steps.count.output).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(await stop(other, 'SIGTERM')).toBe(0);
    expect(await stop(second.process, 'SIGTERM')).toBe(0);
    // No result twice: each step run has one final attempt, and attempts count up without holes.
    const postgres = await openPostgresStore({ url: database, schema });
    const [loaded] = await postgres.store.runs.load([runId(found.id)]);
    await postgres.close();
    const rows = Map.groupBy(loaded?.attempts ?? [], ({ step, item }) => `${step}/${item}`);
    expect(rows.size).toBe(42); // 40 items, their step, and the sum
    for (const attempts of rows.values()) {
      expect(attempts.filter(({ final }) => final)).toHaveLength(1);
      const numbers = attempts.map(({ attempt }) => attempt).sort((a, b) => a - b);
      expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    }
    expect(loaded).toMatchObject({ work: [], waits: [] });
  });

  it.each([
    [['serve', '--blobs', 'b'], 2, 'MILLRACE_DATABASE_URL'],
    [['serve', '--database', 'postgres://127.0.0.1:1/x', '--blobs', 'b'], 4, '[store_unavailable]'],
    [
      ['serve', '--no-sign-in', '--host', '0.0.0.0', '--database', 'DATABASE', '--blobs', 'b'],
      2,
      'for this machine only',
    ],
    [['dev', '--host', '0.0.0.0', '--data', 'd'], 2, 'without sign-in or an API token'],
    [['work', '--server', 'nowhere'], 2, 'address of a server'],
    [['work', '--capabilities', 'docker'], 2, 'docker'],
    [['work', '--shared-folder', '/dev/null/x'], 2, 'shared folder /dev/null/x cannot be used'],
  ])('%j says what is missing', async (args, exit, text) => {
    const found = await run(
      args.map((arg) => (arg === 'DATABASE' ? database : arg)),
      { cwd: scratch.path },
    );
    expect(found.stderr).toContain(text);
    expect(found.exit).toBe(exit);
  });
});

/** Asks the server, not by the command: to start a process for each question costs most of a core. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 60_000, interval: 250 }).toBe(true);
}
