// Every way in which a step may betray a secret, from every source, on a real server with its worker: whatever they store,
// show or log afterwards is searched for the values and their encodings. Nothing may be found.
import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  awsPeer,
  azurePeer,
  folderPeer,
  gcpPeer,
  kubernetesPeer,
  type SecretPeer,
  type StartPeer,
  sopsPeer,
  vaultPeer,
} from '@millrace/secrets/testkit';
import { openTestDatabase } from '@millrace/store-postgres/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';
import { formsOf } from './leaks/forms.ts';
import { hooksOf, moreActions, moreSteps, moreWays, moreWorkflows } from './leaks/more-ways.ts';
import {
  fieldsNameOf,
  fieldsOf,
  httpWays,
  logWays,
  nameOf,
  type Origin,
  origins,
  secretOf,
  shellWays,
  workspaceOf,
} from './leaks/ways.ts';

const outside: Readonly<Partial<Record<Origin, StartPeer>>> = {
  folder: folderPeer,
  sops: sopsPeer,
  vault: vaultPeer('approle'),
  kubernetes: kubernetesPeer,
  aws: awsPeer,
  gcp: gcpPeer,
  azure: azurePeer,
};
const schema = `leaks_${randomBytes(6).toString('hex')}`;
const apiToken = randomBytes(24).toString('hex');
const workerToken = randomBytes(24).toString('hex');
const forms = origins.flatMap((origin) => formsOf(secretOf(origin)));

let scratch: Scratch;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let peers: SecretPeer[];
let echo: Server;
let echoed = '';
let server: Running;
let worker: Running;
let url: string;
let live: WebSocket;
let heard = '';
/** By origin: the run that betrayed its secret. */
const runs = new Map<Origin, string>();

const cli = (args: readonly string[], input = '') =>
  run(args, { cwd: scratch.path, env: { MILLRACE_URL: url, MILLRACE_TOKEN: apiToken }, input });
const get = async (path: string): Promise<Readonly<{ status: number; text: string }>> => {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${apiToken}` } });
  return { status: answer.status, text: await answer.text() };
};

function expectNoSecret(text: string, where: string): void {
  const found = forms.find((form) => text.includes(form));
  const at = found === undefined ? 0 : text.indexOf(found);
  const around = found === undefined ? '' : text.slice(Math.max(0, at - 80), at + found.length + 20);
  expect(found, `${where} holds ${found}: …${around}…`).toBeUndefined();
}

const more = { actions: moreActions, steps: moreSteps, workflows: moreWorkflows, hooks: hooksOf };

const variableOf = (name: string): string => `MILLRACE_SECRET_${name.toUpperCase()}`;
const both = (origin: Origin, name: (secret: string) => string = (secret) => secret): Record<string, string> => ({
  [name(nameOf(origin))]: secretOf(origin),
  [name(fieldsNameOf(origin))]: JSON.stringify(fieldsOf(origin)),
});

/** Gives each source its secret, and tells what the configuration says of the outside ones. */
async function fillSources(): Promise<Readonly<{ config: object; env: Record<string, string> }>> {
  const sources: Record<string, object> = {};
  const env: Record<string, string> = both('environment', variableOf);
  for (const [origin, startPeer] of Object.entries(outside) as [Origin, StartPeer][]) {
    const peer = await startPeer(scratch.path);
    peers.push(peer);
    const keyOf = (name: string) => (['kubernetes', 'azure'].includes(origin) ? name.replaceAll('_', '-') : name);
    await peer.put(keyOf(nameOf(origin)), secretOf(origin));
    await peer.put(keyOf(fieldsNameOf(origin)), fieldsOf(origin));
    const names = Object.fromEntries([nameOf(origin), fieldsNameOf(origin)].map((name) => [name, name]));
    sources[`of-${origin}`] = { ...peer.written, only_names: true, names };
    Object.assign(env, peer.environment);
  }
  const lines = Object.entries(both('file')).map(([name, value]) => `${name}='${value}'\n`);
  chmodSync(scratch.write('secrets.env', lines.join('')), 0o600);
  chmodSync(scratch.write('secrets.key', randomBytes(32).toString('base64')), 0o600);
  return { config: { secret_sources: sources }, env };
}

/** Answers with what it was sent. */
async function startEcho(): Promise<string> {
  echo = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString('utf8');
    const answer = JSON.stringify({ url: request.url, headers: request.headers, body });
    echoed += answer;
    response.setHeader('content-type', 'application/json').setHeader('x-said', encodeURIComponent(body)).end(answer);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  scratch = makeScratch();
  peers = [];
  database = await openTestDatabase();
  const { config, env } = await fillSources();
  scratch.write('millrace.yaml', JSON.stringify(config));
  scratch.write('main/.workflows/w.yaml', JSON.stringify(workspaceOf(await startEcho(), more)));
  const tokens = { MILLRACE_TOKEN: apiToken, MILLRACE_WORKER_TOKEN: workerToken };
  const args = ['--database', database.url, '--schema', schema, '--blobs', 'blobs', '-w', 'main', '--port', '0'];
  const secrets = ['--config', 'millrace.yaml', '--secrets-file', 'secrets.env', '--secrets-key-file', 'secrets.key'];
  server = start(['serve', ...args, ...secrets, '--allow-private', '127.0.0.1', '--log-level', 'trace'], {
    cwd: scratch.path,
    env: { ...env, ...tokens },
  });
  [, url = ''] = await server.says(/"url":"(http:[^"]+)".*"ready"/);
  worker = start(['work', '--server', url, '--log-level', 'trace'], {
    cwd: scratch.path,
    env: { MILLRACE_WORKER_TOKEN: workerToken, ...both('worker', variableOf) },
  });
  await worker.says(/"working"/);
  for (const [name, value] of Object.entries(both('store'))) await cli(['secret', 'set', name], value);

  live = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/live`, [
    'millrace',
    `bearer.${Buffer.from(apiToken).toString('base64url')}`,
  ]);
  live.addEventListener('message', ({ data }) => {
    heard += `${String(data)}\n`;
  });
  await new Promise((resolve, reject) => {
    live.addEventListener('open', resolve);
    live.addEventListener('error', () => reject(new Error('The live stream does not open.')));
  });
  live.send(JSON.stringify({ subscribe: { id: 'all' } }));

  for (const origin of origins) {
    const ended = await cli(['workflow', 'start', `w_${origin}`, '--wait', '--json']);
    expectNoSecret(ended.stdout + ended.stderr, `the end of the run of ${origin}`);
    runs.set(origin, (JSON.parse(ended.stdout) as { id: string }).id);
  }
}, 600_000);

afterAll(async () => {
  live?.close();
  for (const each of [worker, server]) {
    each?.child.kill('SIGKILL');
    await each?.ended;
  }
  await Promise.all(peers.map((peer) => peer.stop()));
  echo?.close();
  await database.close();
  scratch.remove();
}, 120_000);

const ways = shellWays + httpWays + moreWays;

describe(`secrets, betrayed in ${ways} ways`, { timeout: 300_000 }, () => {
  it('were tried in more than 1,500 ways', () => expect(ways).toBeGreaterThan(1_500));

  it.each(origins)('were betrayed, and hidden: %s', async (origin) => {
    const { text } = await get(`/api/v1/runs/${runs.get(origin)}/logs/content`);
    for (const way of logWays) {
      const said = text.split('\n').filter((line) => line.includes(`way ${way}: `));
      expect(said, `${way} of ${origin}`).toHaveLength(6);
      // What a shell traces stands on the other stream.
      if (way !== 'traced') for (const line of said) expect(line).toContain('***');
    }
    // Each way of each use said something, and what it said was hidden.
    expect(text.split('***').length - 1).toBeGreaterThanOrEqual(6 * logWays.length);
    const attempts = (await get(`/api/v1/runs/${runs.get(origin)}/attempts?values=true&limit=200`)).text;
    const { items } = JSON.parse(attempts) as {
      items: { step: string; output: unknown; error: { code: string; message: string } | null }[];
    };
    const of = (kind: string) => items.filter(({ step }) => step.includes(`_${kind}_`));
    expect(of('says').map(({ output }) => output)).toEqual(Array(6).fill('***'));
    for (const { output } of of('gives')) {
      expect(output).toEqual({
        value: '***',
        deep: [{ '***': 1 }],
        b64: expect.stringMatching(/^\*{3}\w?=*$/),
        url: '***',
      });
    }
    expect(of('gives')).toHaveLength(6);
    for (const { error } of of('fails'))
      expect(error).toMatchObject({ code: 'exit_code', message: expect.stringContaining('***') });
    expect(of('fails')).toHaveLength(6);
  });

  it.each(origins)(
    'were betrayed by scripts, items, cached outputs, children and hooks, and hidden: %s',
    async (origin) => {
      const id = runs.get(origin);
      const log = (await get(`/api/v1/runs/${id}/logs/content`)).text;
      const { items } = JSON.parse((await get(`/api/v1/runs/${id}/attempts?values=true&limit=200`)).text) as {
        items: { step: string; item: number | null; output: unknown; error: { message: string } | null }[];
      };
      for (const runtime of Object.keys(moreActions(origin)).filter((name) => /^(node|python)_/.test(name))) {
        const [name = ''] = runtime.split('_');
        const well = items.find(({ step }) => step === `${name}_well_${origin}`);
        expect(well?.output).toEqual({ v: '***', '***': ['***'] });
        expect(items.find(({ step }) => step === `${name}_badly_${origin}`)?.error).not.toBeNull();
        const said = log.split('\n').filter((line) => line.includes(`${name}_well_${origin}`));
        expect(said.filter((line) => line.includes('***')).length).toBeGreaterThan(3);
      }
      expect(
        items.filter(({ step, output }) => step === `items_${origin}` && JSON.stringify(output).includes('***')),
      ).toHaveLength(2);
      expect(JSON.stringify(items.find(({ step }) => step === `kept_${origin}`)?.output)).toContain('***');
      // The hook is called when the run has ended, so it may be a moment behind.
      await expect
        .poll(async () => JSON.parse((await get(`/api/v1/runs/${id}`)).text).hooks, { timeout: 60_000 })
        .toMatchObject([{ action: `told_${origin}`, status: 'succeeded' }]);
    },
  );

  it('reached whom they were sent to', () => {
    for (const origin of origins.filter((one) => one !== 'worker')) {
      const key = Buffer.from(secretOf(origin)).toString('base64');
      expect(echoed).toContain(`"x-key":"${key}"`);
      expect(echoed).toContain(`/?key=${encodeURIComponent(secretOf(origin))}`);
    }
  });

  it('stand in no answer of the API', async () => {
    const { paths } = JSON.parse((await get('/openapi.json')).text) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const workers = JSON.parse((await get('/api/v1/workers')).text) as { items: { id: string }[] };
    let answered = 0;
    for (const [path, methods] of Object.entries(paths)) {
      if (!('get' in methods) || path === '/api/v1/live') continue;
      const ofRuns = path.includes('{run}') || path.includes('{workflow}') ? origins : origins.slice(0, 1);
      for (const origin of ofRuns) {
        const filled = path
          .replace('{run}', runs.get(origin) ?? '')
          .replace('{workspace}', 'main')
          .replace('{workflow}', `w_${origin}`)
          .replace('{worker}', workers.items[0]?.id ?? 'none')
          .replace(/\{\w+\}/g, 'none');
        for (const query of ['', '?include=plan', '?values=true&limit=200']) {
          const { status, text } = await get(filled + query);
          if (status === 200) answered += 1;
          expectNoSecret(text, `GET ${filled}${query}`);
        }
      }
    }
    expect(answered).toBeGreaterThan(150);
  });

  it('stand in nothing that the command line says', async () => {
    const [first = ''] = runs.values();
    const commands = [
      ['secret', 'list'],
      ['secret', 'list', '--json'],
      ['connection', 'list', '--json'],
      ['run', 'list', '--json'],
      ['workflow', 'list', '--json'],
      ['run', 'export', first, '--as-test'],
      // Each takes a process; the answers of the API that they show are searched for all runs.
      ...[...runs.values()].slice(0, 3).flatMap((id) => [
        ['run', 'get', id],
        ['run', 'logs', id],
      ]),
      ['explain', first],
      ['run', 'logs', first, '--follow'],
      ['cache', 'list', '--json'],
      ['audit', 'list', '--json'],
      ['audit', 'export'],
    ];
    for (const args of commands) {
      const { stdout, stderr } = await cli(args);
      expect(stdout.length, args.join(' ')).toBeGreaterThan(10);
      expectNoSecret(stdout + stderr, `millrace ${args.join(' ')}`);
    }
    const listed = (await cli(['secret', 'list'])).stdout;
    for (const origin of Object.keys(outside))
      expect(listed).toMatch(new RegExp(`s_${origin} +${origin} of-${origin} +yes`));
  });

  it('stand in no row of any table', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const tables = await client.query<{ name: string }>(
        'select table_name as name from information_schema.tables where table_schema = $1 order by 1',
        [schema],
      );
      expect(tables.rows.length).toBeGreaterThan(15);
      let rows = 0;
      for (const { name } of tables.rows) {
        const found = await client.query<{ row: string }>(`select t::text as row from "${schema}"."${name}" t`);
        rows += found.rows.length;
        for (const { row } of found.rows) {
          expectNoSecret(row, `a row of ${name}`);
          // A text of bytes is shown in hexadecimal digits.
          for (const [, bytes = ''] of row.matchAll(/\\\\?x([0-9a-f]{16,})/g)) {
            expectNoSecret(Buffer.from(bytes, 'hex').toString('utf8'), `bytes of ${name}`);
          }
        }
      }
      expect(rows).toBeGreaterThan(origins.length * 20);
    } finally {
      await client.end();
    }
  });

  it('stand in no blob', () => {
    const files = readdirSync(join(scratch.path, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
      expectNoSecret((isPacked ? gunzipSync(bytes) : bytes).toString('utf8'), `blob ${name}`);
    }
  });

  it('stand neither in the live stream nor in the logs of server and worker', async () => {
    expect(heard.split('\n').length).toBeGreaterThan(origins.length * 20);
    expectNoSecret(heard, 'the live stream');
    for (const [who, each] of [
      ['worker', worker],
      ['server', server],
    ] as const) {
      each.child.kill('SIGTERM');
      const { stdout, stderr } = await each.ended;
      expect(stdout.length).toBeGreaterThan(100);
      expectNoSecret(stdout + stderr, `the log of the ${who}`);
    }
  });
});
