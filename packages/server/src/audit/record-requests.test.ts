import type { AuditItem, Engine } from '@millrace/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import type { ServerOptions } from '../index.ts';

const apiToken = 'a-token-of-some-length';
const json = { host: 'localhost', 'content-type': 'application/json' };
const withToken = { ...json, authorization: `Bearer ${apiToken}` };
const release = '/api/v1/workspaces/shop/workflows/release/runs';
const secret = '/api/v1/workspaces/shop/secrets/token';

let server: ReturnType<typeof createCheckedServer> | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

function open(options: Partial<ServerOptions> = { apiToken }) {
  server = createCheckedServer(options);
  return server;
}

async function entriesOf({ audit }: Engine): Promise<readonly AuditItem['entry'][]> {
  await audit.stop();
  const { items } = await audit.list({}, { limit: 100, after: null });
  return items.map(({ entry }) => entry).reverse();
}

describe('what was done', () => {
  test('is told with who, where, on what and what became of it', async () => {
    const { app, fake } = open();
    const answer = await app.inject({
      method: 'POST',
      url: release,
      headers: withToken,
      payload: { input: { tag: 'v1' }, tags: ['a'] },
    });
    expect(await entriesOf(fake.engine)).toEqual([
      {
        at: expect.any(Number),
        actor: 'api-token',
        actorKind: 'token',
        session: null,
        apiKey: null,
        address: '127.0.0.1',
        operation: 'startRun',
        workspace: 'shop',
        object: 'workspaces/shop/workflows/release',
        outcome: 'done',
        code: null,
        count: 1,
        before: null,
        after: { id: answer.json().id, created: true },
        detail: { tags: ['a'] },
        request: answer.headers['x-request-id'],
      },
    ]);
  });

  test('never has a value of a secret, an input, or a token in it', async () => {
    const { app, fake } = open();
    const hidden = 'hunter2-is-hidden';
    const send = (url: string, payload: object) => app.inject({ method: 'POST', url, headers: withToken, payload });
    await send(secret, { value: hidden });
    await send(`${secret}/remove`, {});
    await send(release, { input: { tag: hidden }, idempotency_key: hidden });
    await send('/api/v1/events', { workspace: 'shop', type: 'a.b', payload: { hidden }, key: hidden });
    await send(`/api/v1/runs/${await fake.start()}/approvals/build/answer`, {
      decision: 'approve',
      values: { tag: hidden },
      item: 3,
    });
    await send('/hooks/shop/push', { hidden });
    await app.inject({
      method: 'POST',
      url: release,
      headers: { ...json, authorization: `Bearer ${hidden}` },
      payload: {},
    });
    const entries = await entriesOf(fake.engine);
    expect(entries.map(({ operation }) => operation)).toEqual([
      'setSecret',
      'removeSecret',
      'startRun',
      'emitEvent',
      'answerApproval',
      'receiveDelivery',
      'startRun',
    ]);
    expect(JSON.stringify(entries)).not.toContain(hidden);
    expect(JSON.stringify(entries)).not.toContain(apiToken);
  });

  test('does not tell of what only looks, nor of what workers report', async () => {
    const { app, fake } = open({});
    const post = (url: string, payload: object) => app.inject({ method: 'POST', url, headers: json, payload });
    expect((await app.inject({ url: '/api/v1/runs', headers: json })).statusCode).toBe(200);
    expect((await post('/api/v1/audit/verify', {})).statusCode).toBe(200);
    expect((await post('/worker/v1/ended-runs', { runs: ['1'] })).statusCode).toBe(200);
    expect(await entriesOf(fake.engine)).toEqual([]);
  });

  test('an operation that fails is told of with its code', async () => {
    const { app, fake } = open();
    await app.inject({
      method: 'POST',
      url: '/api/v1/runs/99/cancel',
      headers: withToken,
      payload: { reason: 'why not' },
    });
    expect(await entriesOf(fake.engine)).toMatchObject([
      {
        operation: 'cancelRun',
        object: 'runs/99',
        outcome: 'failed',
        code: 'run_not_found',
        detail: { reason: 'why not' },
      },
    ]);
  });
});

describe('what was refused', () => {
  test.each([
    ['a wrong token', 'GET', '/api/v1/runs', { authorization: 'Bearer nonsense-nonsense' }, 'listRuns', 'unauthorized'],
    ['no token', 'POST', secret, {}, 'setSecret', 'unauthorized'],
    [
      'a wrong worker token',
      'POST',
      '/worker/v1/sync',
      { authorization: 'Bearer nonsense-nonsense' },
      'syncWorker',
      'unauthorized',
    ],
    ['a page of another origin', 'POST', release, { origin: 'https://evil.example' }, 'startRun', 'unauthorized'],
  ] as const)('is told of: %s', async (_, method, url, headers, operation, code) => {
    const { app, fake } = open({ apiToken, workerToken: 'another-token-of-length' });
    const payload = method === 'POST' ? '{"value":"hidden-hidden"}' : undefined;
    await app.inject({ method, url, headers: { ...json, ...headers }, ...(payload === undefined ? {} : { payload }) });
    expect(await entriesOf(fake.engine)).toMatchObject([
      {
        operation,
        outcome: 'refused',
        code,
        actor: null,
        address: '127.0.0.1',
        before: null,
        after: null,
        detail: null,
      },
    ]);
  });

  test('tells whose password was wrong, and no name that is none', async () => {
    const { app, fake } = open({ signIn: true });
    const password = 'correct horse battery';
    const ada = { name: 'ada', kind: 'user', displayName: null, email: null, password, by: 'test' } as const;
    await fake.engine.people.accounts.create(ada);
    const signIn = (name: string, given: string) =>
      app.inject({ method: 'POST', url: '/api/v1/sign-in', headers: json, payload: { name, password: given } });
    await signIn('Ada', 'wrong wrong wrong');
    await signIn('a password in the wrong field', 'x');
    await signIn('ada', password);
    const entries = await entriesOf(fake.engine);
    expect(entries).toMatchObject([
      {
        operation: 'signIn',
        object: 'sign-in',
        outcome: 'refused',
        code: 'sign_in_failed',
        actor: 'ada',
        actorKind: 'user',
      },
      { operation: 'signIn', outcome: 'refused', actor: null, actorKind: null },
      { operation: 'signIn', outcome: 'done', actor: 'ada', after: null, detail: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain('wrong');
  });

  test('again and again makes two entries, not hundreds', async () => {
    const { app, fake } = open();
    for (let at = 0; at < 200; at += 1) await app.inject({ url: '/api/v1/runs', headers: json });
    expect((await entriesOf(fake.engine)).map(({ count }) => count)).toEqual([1, 199]);
  });
});

describe('an answer', () => {
  /** A server whose log stores nothing before it is let. */
  function openSlow() {
    const opened = open();
    const { engine } = opened.fake;
    const waiting: (() => void)[] = [];
    const record = engine.audit.record;
    Object.assign(engine.audit, {
      record: async (...given: Parameters<typeof record>) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return record(...given);
      },
    });
    return { ...opened, release: () => waiting.splice(0).map((resolve) => resolve()), waiting };
  }

  test('that a run was started waits for no entry, so starting costs no round trip more', async () => {
    const { app, waiting, release: store } = openSlow();
    const answer = await app.inject({
      method: 'POST',
      url: release,
      headers: withToken,
      payload: { input: { tag: 'v1' } },
    });
    expect([answer.statusCode, waiting.length]).toEqual([201, 1]);
    store();
  });

  test('that a secret was set waits until the entry is stored', async () => {
    const { app, waiting, release: store, fake } = openSlow();
    let answered = false;
    const answer = app.inject({ method: 'POST', url: secret, headers: withToken, payload: { value: 'long-enough' } });
    const seen = answer.then(() => {
      answered = true;
    });
    await expect.poll(() => waiting.length).toBe(1);
    expect(answered).toBe(false);
    store();
    await seen;
    expect(await entriesOf(fake.engine)).toHaveLength(1);
  });

  test('does not wait for ever', async () => {
    const { app, release: store } = openSlow();
    const { statusCode } = await app.inject({
      method: 'POST',
      url: secret,
      headers: withToken,
      payload: { value: 'long-enough' },
    });
    expect(statusCode).toBe(200);
    store();
  });
});

describe('the routes of the log', () => {
  test('list, export and verify what was recorded', async () => {
    const { app } = open();
    for (let at = 0; at < 3; at += 1) {
      await app.inject({
        method: 'POST',
        url: `${secret}${at}`,
        headers: withToken,
        payload: { value: 'long-enough' },
      });
    }
    const list = (query: string) => app.inject({ url: `/api/v1/audit${query}`, headers: withToken });
    const page = (await list('?limit=2')).json();
    expect(page.items.map(({ number }: { number: number }) => number)).toEqual([3, 2]);
    expect((await list(`?limit=2&after=${page.next}`)).json().items).toHaveLength(1);
    expect((await list('?object=workspaces/shop/secrets/token1')).json().items).toHaveLength(1);
    expect((await list('?outcome=refused')).json().items).toEqual([]);
    const exported = await app.inject({ url: '/api/v1/audit/export?from=2', headers: withToken });
    expect(exported.headers['content-type']).toContain('application/x-ndjson');
    const lines = exported.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ number, entry }) => [number, entry.operation])).toEqual([
      [2, 'setSecret'],
      [3, 'setSecret'],
    ]);
    const anchor = { number: 3, hash: lines[1].hash };
    const verify = (payload: object) =>
      app.inject({ method: 'POST', url: '/api/v1/audit/verify', headers: withToken, payload });
    expect((await verify({ anchor })).json()).toMatchObject({ findings: [], last: anchor, next: null });
    expect((await verify({ anchor: { ...anchor, hash: '0'.repeat(64) } })).json().findings).toMatchObject([
      { kind: 'forked', number: 3 },
    ]);
    expect((await verify({ anchor: { number: 3, hash: 'x' } })).statusCode).toBe(400);
  });
});
