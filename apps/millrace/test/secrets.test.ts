// Secrets of a real server and of runs without one: nothing that is stored, shown or logged has a value in it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const token = 'hunter2-hunter2-"ä"/+';
const password = 'correct-horse-battery';

const workspace = (url: string): string => `
secrets:
  token: { description: For the registry. }
  password:
connection_types:
  postgres:
    fields:
      host: { type: string, required: true }
      port: { type: integer, default: 5432 }
      password: { type: string, required: true, secret: true }
connections:
  warehouse: { type: postgres, description: Numbers., values: { host: db.example.org, password: "{{ secrets.password }}" } }
packs: { core: { builtin: true, config: { url: "${url}/notify?key={{ secrets.password }}" } } }
actions:
  say:
    type: shell
    cmd: |
      echo "is {{ input.greeting }}" "and $TOKEN"
      printf '%s' "$TOKEN" | base64 | tr -d '\\n'; echo
      printf 'correct-'; sleep 0.2; echo 'horse-battery {{ connections.warehouse.port }}'
      printf '{"said": "{{ connections.warehouse.password }}"}' > "$MILLRACE_OUTPUT"
    env: { TOKEN: "{{ secrets.token }}" }
    input: { greeting: { type: string, max_length: 10, required: true } }
workflows:
  w:
    input: { who: { type: string, default: Ada } }
    steps:
      say: { action: say, input: { greeting: "{{ input.who }}: {{ secrets.token }}" } }
      script:
        depends_on: [say]
        type: script
        runtime: node
        input_via: env
        output_format: json
        code: "console.log(JSON.stringify({ length: process.env.TOKEN.length, token: process.env.TOKEN }))"
        env: { TOKEN: "{{ secrets.token }}" }
      http:
        depends_on: [say]
        type: http
        url: "${url}/http"
        method: POST
        headers: { authorization: "Bearer {{ secrets.token | base64 }}" }
        body: { db: "{{ connections.warehouse }}" }
      request:
        depends_on: [say]
        action: core.http_request
        input: { url: "${url}/request", method: POST, headers: { x-key: "{{ secrets.password }}" }, body: { token: "{{ secrets.token }}" } }
      notify: { depends_on: [say], action: core.notify, input: { text: "done, {{ input.who }}" } }
      nothing: { depends_on: [say], action: core.noop }
    output:
      said: "{{ steps.say.output.said }}"
      length: "{{ steps.script.output.length }}"
      echoed: "{{ steps.request.output.body }}"
  local:
    mode: local
    steps: { a: { type: shell, cmd: 'echo "OUTPUT: [\\"$A\\", \${#A}]"', env: { A: "{{ secrets.password }}" } } }
    output: "{{ steps.a.output }}"
  lacks:
    steps: { a: { type: shell, cmd: echo, env: { A: "{{ secrets.token }}" } } }
`;

let scratch: Scratch;
let dev: Running | null = null;
let outside: Server;
let requests: { path: string; headers: Record<string, unknown>; body: string }[];
let url: string;
beforeEach(async () => {
  scratch = makeScratch();
  requests = [];
  outside = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      response.setHeader('content-type', 'application/json').end(body === '' ? '{}' : body);
    });
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  scratch.write('.workflows/w.yaml', workspace(url));
});
afterEach(async () => {
  dev?.child.kill('SIGKILL');
  await dev?.ended;
  dev = null;
  await new Promise((resolve) => outside.close(resolve));
  scratch.remove();
});

/** The forms in which a value may be found. */
const forms = [token, password].flatMap((value) => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  Buffer.from(value).toString('base64').slice(0, 20),
]);

function expectNoSecret(text: string, where: string): void {
  for (const form of forms) expect(text.includes(form), `${where} holds ${form}`).toBe(false);
}

/** What reached the outside: the values themselves. */
function expectArrived(): void {
  const of = (path: string) => requests.find((one) => one.path.startsWith(path));
  expect(of('/http')?.headers.authorization).toBe(`Bearer ${Buffer.from(token).toString('base64')}`);
  expect(JSON.parse(of('/http')?.body ?? '{}')).toEqual({ db: { host: 'db.example.org', port: 5432, password } });
  expect(of('/request')?.headers['x-key']).toBe(password);
  expect(JSON.parse(of('/request')?.body ?? '{}')).toEqual({ token });
  expect(of('/notify')?.path).toBe(`/notify?key=${password}`);
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('secrets', { timeout: 180_000 }, () => {
  it('of a run without a server come from the environment and a file', async () => {
    chmodSync(scratch.write('secrets', `password=${password}\n`), 0o600);
    const env = { MILLRACE_SECRET_TOKEN: token };
    const ended = await run(['run', '.', 'w', '--secrets-file', 'secrets'], { cwd: scratch.path, env });
    expect(ended).toMatchObject({ exit: 0, stdout: expect.stringContaining(`"length": ${token.length}`) });
    expect(ended.stdout).toContain('"said": "***"');
    expect(ended.stderr).toContain('is Ada: *** and ***');
    expect(ended.stderr).toContain('*** 5432');
    expectNoSecret(ended.stdout + ended.stderr, 'the terminal');
    expectArrived();

    const lacks = await run(['run', '.', 'lacks'], { cwd: scratch.path });
    expect(lacks.exit).toBe(1);
    expect(lacks.stdout).toContain(
      'Secret token has no value. Looked for in: the environment variable MILLRACE_SECRET_TOKEN.',
    );
    expect(lacks.stdout).toContain('--secrets-file');
  });

  it('of a server are set, listed, used, rotated and removed, and stand nowhere in clear', async () => {
    const begin = async () => {
      dev = await startDev(scratch);
      return addressOf(dev);
    };
    let remote = { cwd: scratch.path, env: { MILLRACE_URL: await begin() } };
    const secret = (args: readonly string[], input = '') => run(['secret', ...args], { ...remote, input });
    const listed = async () => JSON.parse((await secret(['list', '--json'])).stdout).items;

    expect(await listed()).toMatchObject([
      { name: 'password', from: null, used: true, stored: null },
      { name: 'token', description: 'For the registry.', from: null, used: true, stored: null },
    ]);
    const failed = await run(['workflow', 'start', 'lacks', '--wait'], remote);
    expect(failed.exit).toBe(1);
    expect(failed.stdout + failed.stderr).toMatch(
      /Secret token has no value.*MILLRACE_SECRET_TOKEN.*stored for workspace main/,
    );
    expect(failed.stdout + failed.stderr).toContain('millrace secret set token --workspace main');

    expect(await secret(['set', 'token', '--by', 'ada'], `${token}\n`)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^Secret token of workspace main is stored, sealed with key [0-9a-f]{12}\.\n$/),
    });
    expect((await secret(['set', 'password', '--json'], password)).exit).toBe(0);
    expect(await secret(['set', 'password'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('No value') });
    expect(await secret(['set', 'password'], 'abc')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('4 characters'),
    });
    expect((await secret(['list'])).stdout).toMatch(/token +store +yes +\S+Z +ada +[0-9a-f]{12} +For the registry\./);

    const started = await run(['workflow', 'start', 'w', '--wait', '--json'], remote);
    expect(JSON.parse(started.stdout)).toMatchObject({
      status: 'succeeded',
      output: { said: '***', length: token.length },
    });
    expectArrived();
    const local = await run(['workflow', 'start', 'local', '--wait', '--json'], remote);
    expect(JSON.parse(local.stdout)).toMatchObject({ status: 'succeeded', output: ['***', password.length] });
    const { id } = JSON.parse(started.stdout) as { id: string };
    const api = async (path: string) => (await fetch(`${remote.env.MILLRACE_URL}/api/v1${path}`)).text();
    const shown = await Promise.all([
      run(['run', 'logs', id], remote).then(({ stdout }) => stdout),
      run(['connection', 'list'], remote).then(({ stdout }) => stdout),
      run(['connection', 'show', 'warehouse'], remote).then(({ stdout }) => stdout),
      api(`/runs/${id}?include=plan`),
      api('/workspaces/main/secrets'),
      api(`/runs/${id}/attempts?values=true`),
      api('/workspaces/main/connections'),
      api('/workspaces/main/definitions'),
    ]);
    for (const text of [started.stdout, started.stderr, ...shown]) expectNoSecret(text, text.slice(0, 80));
    expect(shown[0]).toContain('is Ada: *** and ***');
    expect(shown[2]).toBe(
      'warehouse (postgres)\nNumbers.\n  host: db.example.org\n  password: {{ secrets.password }}\n  port: 5432\nreads the secrets password\n',
    );
    expect(shown[3]).toContain('"body":{"token":"***"}');
    expect(shown[5]).toContain('{{ input.who }}: {{ secrets.token }}');

    const key = join(scratch.path, 'data', 'secrets.key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const old = readFileSync(key, 'utf8');
    scratch.write('data/secrets.key', `${randomBytes(32).toString('base64')}\n${old}`);
    expect((await secret(['rotate'])).stdout).toMatch(
      /^All 2 stored secrets are sealed with key [0-9a-f]{12}; 2 were not before\.\n$/,
    );
    scratch.write('data/secrets.key', readFileSync(key, 'utf8').split('\n')[0] ?? '');
    expect((await listed()).map((one: { from: string }) => one.from)).toEqual(['store', 'store']);
    expect((await run(['workflow', 'start', 'lacks', '--wait'], remote)).exit).toBe(0);

    expect((await secret(['rm', 'token'])).stdout).toBe('Secret token of workspace main is no longer stored.\n');
    expect(await secret(['rm', 'token'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('No secret token is stored'),
    });

    dev?.child.kill('SIGTERM');
    const { stdout, stderr } = (await dev?.ended) ?? { stdout: '', stderr: '' };
    expectNoSecret(stdout + stderr, "the server's own log");
    // Tables, their log of changes, logs of steps, files of workspaces.
    for (const file of everyFile(join(scratch.path, 'data'))) expectNoSecret(readFileSync(file, 'latin1'), file);

    // What was stored is still there for another process with the key.
    remote = { cwd: scratch.path, env: { MILLRACE_URL: await begin() } };
    expect((await listed()).map((one: { from: string | null }) => one.from)).toEqual(['store', null]);
  });

  it('checks a repository out with a token that only the step knows', async () => {
    mkdirSync(join(scratch.path, 'repository'));
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: join(scratch.path, 'repository'),
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    git('init', '--quiet', '--initial-branch=main');
    scratch.write('repository/file', 'of the repository\n');
    git('add', '-A');
    git('commit', '--quiet', '-m', 'one');
    const address = `file://${join(scratch.path, 'repository')}`;
    scratch.write(
      'git/.workflows/w.yaml',
      `workflows:
  w:
    steps:
      checkout: { action: core.git_checkout, input: { url: "${address}", ref: main, token: "{{ secrets.token }}" } }
    output: "{{ steps.checkout.output }}"
`,
    );
    const where = { cwd: scratch.path, env: { MILLRACE_SECRET_TOKEN: token } };
    const ended = await run(['run', 'git', 'w', '--json'], where);
    expect(JSON.parse(ended.stdout).run).toMatchObject({
      status: 'succeeded',
      output: { commit: git('rev-parse', 'HEAD'), path: 'repository' },
    });
    expectNoSecret(ended.stdout + ended.stderr, 'the terminal');
  });
});
