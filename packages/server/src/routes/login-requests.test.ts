// Command lines that get their session by a browser, over HTTP: the browser has cookies, the command line has none.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import { apiToken } from '../../testkit/two-workspaces.ts';

const password = 'correct horse battery';
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const callback = { port: 40_123, state: 's'.repeat(43) };

let server: ReturnType<typeof createCheckedServer>;
let cookie = '';
beforeEach(async () => {
  server = createCheckedServer({ signIn: true, apiToken });
  const ada = { name: 'ada', kind: 'user', displayName: null, email: null, password, by: 'test' } as const;
  await server.fake.engine.people.accounts.create(ada);
  const { given } = await post('/api/v1/sign-in', { name: 'ada', password });
  cookie = given.map((one) => one.split(';', 1)[0]).join('; ');
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

async function post(url: string, payload: object, headers: Record<string, string> = {}) {
  const answer = await server.app.inject({
    method: 'POST',
    url,
    headers: { host: 'millrace.example', 'content-type': 'application/json', ...headers },
    payload,
  });
  const body = answer.json();
  return {
    status: answer.statusCode,
    code: body.error?.code ?? null,
    body,
    headers: answer.headers,
    given: [answer.headers['set-cookie'] ?? []].flat(),
  };
}
const create = (more: object = {}) =>
  post('/api/v1/login-requests', { challenge, machine: 'ada@laptop', callback, ...more });
const finish = (proof: string | null) => post('/api/v1/login-requests/finish', { verifier, proof });
const answer = (code: string, headers: Record<string, string> = { cookie }) =>
  post('/api/v1/login-requests/answer', { code, decision: 'allow' }, headers);

describe('a command line', () => {
  test('gets a session in cookies, once, and not before somebody said yes', async () => {
    const { status, body, headers } = await create();
    expect([status, headers['cache-control'], body.path]).toEqual([201, 'no-store', `/login?request=${body.code}`]);
    expect(await finish('p'.repeat(43))).toMatchObject({ status: 200, body: { session: null }, given: [] });
    const found = await post('/api/v1/login-requests/find', { code: body.code }, { cookie });
    expect(found.body).toMatchObject({ machine: 'ada@laptop', address: '127.0.0.1' });
    const goTo = new URL((await answer(body.code)).body.go_to);
    expect(goTo.origin).toBe('http://127.0.0.1:40123');
    const done = await finish(goTo.searchParams.get('proof'));
    expect(done.body.session.account).toBe('ada');
    expect(done.given.map((one) => one.split('=', 1)[0])).toEqual(['millrace_access', 'millrace_refresh']);
    expect(JSON.stringify(done.body)).not.toContain(done.given[0]?.split(/[=;]/)[1]);
    expect((await finish(goTo.searchParams.get('proof'))).code).toBe('sign_in_failed');
  });

  test('has a code to type that is in no address', async () => {
    const { body } = await create({ callback: null });
    expect([body.path, body.code]).toEqual(['/login', expect.stringMatching(/^\w{4}-\w{4}$/)]);
    expect((await answer(body.code)).body).toEqual({ machine: 'ada@laptop', go_to: null });
    expect((await finish(null)).body.session.account).toBe('ada');
  });

  test('comes back to a port of its own machine, whatever it asks for', async () => {
    for (const more of [
      { callback: { ...callback, host: 'evil.example' } },
      { callback: { ...callback, port: 0 } },
      { callback: { ...callback, port: 70_000 } },
      { callback: { ...callback, state: '@evil.example/'.padEnd(43, 'x') } },
      { callback: 'https://evil.example' },
      { challenge: 'short' },
      { machine: 'ada\u001b[2J' },
      { machine: 'ada\u202Egnp.exe' },
      { machine: '' },
    ]) {
      expect([more, (await create(more)).code]).toEqual([more, 'invalid_request']);
    }
  });
});

describe('a yes', () => {
  test('counts for the page of this server only, and for whoever is signed in', async () => {
    const { body } = await create();
    expect((await answer(body.code, {})).code).toBe('unauthorized');
    expect((await answer(body.code, { cookie, origin: 'https://evil.example' })).code).toBe('unauthorized');
    expect((await answer(body.code, { cookie, 'content-type': 'text/plain' })).status).toBe(400);
    expect((await answer(body.code, { authorization: `Bearer ${apiToken}` })).code).toBe('not_found');
    const { key } = await server.fake.engine.people.apiKeys.create({
      account: 'ada',
      name: 'k',
      scopes: null,
      lifeMs: null,
      by: 'ada',
    });
    expect((await answer(body.code, { authorization: `Bearer ${key}` })).code).toBe('forbidden');
    expect((await answer(body.code)).status).toBe(200);
    expect((await answer(body.code)).code).toBe('not_found');
  });

  test('is in the audit log, with the machine and without the code', async () => {
    const { body } = await create();
    await answer(body.code);
    await server.fake.engine.audit.stop();
    const { items } = await server.fake.engine.audit.list({}, { limit: 10, after: null });
    const entries = items.map(({ entry }) => entry).filter(({ operation }) => operation !== 'signIn');
    expect(entries).toMatchObject([
      {
        operation: 'answerLoginRequest',
        object: 'login-requests',
        outcome: 'done',
        actor: 'ada',
        after: { machine: 'ada@laptop' },
        detail: { decision: 'allow' },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(body.code);
  });
});
