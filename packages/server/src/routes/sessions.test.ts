// Signing in over HTTP, as a browser does it: cookies that come back are sent again.
import { routes } from '@millrace/api';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import type { ServerOptions } from '../index.ts';

const password = 'correct horse battery';
const minute = 60_000;

let server: ReturnType<typeof createCheckedServer>;
const open = (options: Partial<ServerOptions> = {}) => {
  server = createCheckedServer({ signIn: true, ...options });
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 27) });
  open();
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
  vi.useRealTimers();
});

type Cookies = ReadonlyMap<string, string>;
type Given = Readonly<{ cookies?: Cookies; payload?: object; headers?: Record<string, string> }>;

/** Sends what a browser would: of its cookies those whose path is meant. */
async function ask(operation: keyof typeof routes, { cookies = new Map(), payload, headers = {} }: Given = {}) {
  const { method, path } = routes[operation];
  const sent = [...cookies].filter(([name]) => !name.includes('refresh') || path === routes.renewSession.path);
  const answer = await server.app.inject({
    method,
    url: path,
    headers: {
      host: 'millrace.example',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(sent.length === 0 ? {} : { cookie: sent.map((pair) => pair.join('=')).join('; ') }),
      ...headers,
    },
    ...(method === 'POST' ? { payload: payload ?? {} } : {}),
  });
  const given = [answer.headers['set-cookie'] ?? []].flat();
  const jar = new Map(cookies);
  for (const cookie of given) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  }
  const { error, ...body } = answer.json();
  return { status: answer.statusCode, code: error?.code ?? null, message: error?.message, body, cookies: jar, given };
}

async function makeUser(name = 'ada'): Promise<void> {
  const { accounts, roles } = server.fake.engine.people;
  await accounts.create({ name, kind: 'user', displayName: 'Ada L.', email: null, password, by: 'test' });
  await roles.bind({ subject: { kind: 'account', name }, role: 'viewer', where: { workspace: 'shop' } });
}

const signIn = (name = 'ada', given = password) => ask('signIn', { payload: { name, password: given } });

describe('signing in', () => {
  test('gives cookies that no script reads, the refresh token for its own path only', async () => {
    await makeUser();
    const { status, body, given } = await signIn();
    expect([status, body]).toEqual([
      200,
      { account: 'ada', access_until: '2026-11-27T00:10:00.000Z', until: '2026-12-11T00:00:00.000Z' },
    ]);
    expect(given.map((cookie) => cookie.replace(/=[\w-]{43};/, '=TOKEN;'))).toEqual([
      'millrace_access=TOKEN; Path=/; Max-Age=600; HttpOnly; SameSite=Strict',
      'millrace_refresh=TOKEN; Path=/api/v1/session/renew; Max-Age=1209600; HttpOnly; SameSite=Strict',
    ]);
  });

  test.each([
    ['behind a proxy that says so', {}, { 'x-forwarded-proto': 'https' }],
    ['where its address says so', { publicUrl: 'https://millrace.example' }, {}],
  ])('sends secure cookies over https: %s', async (_, options, headers) => {
    await server.close();
    open(options);
    await makeUser();
    const { given, cookies } = await ask('signIn', { payload: { name: 'ada', password }, headers: { ...headers } });
    expect(given.map((cookie) => [/^[^=]+/.exec(cookie)?.[0], cookie.endsWith('; Secure')])).toEqual([
      ['__Host-millrace_access', true],
      ['__Secure-millrace_refresh', true],
    ]);
    expect((await ask('getMe', { cookies })).body.account).toBe('ada');
    expect((await ask('renewSession', { cookies, headers: { ...headers } })).status).toBe(200);
    const planted = new Map([...cookies].map(([name, token]) => [name.replace(/^__\w+?-/, ''), token]));
    expect([...planted.keys()]).toEqual(['millrace_access', 'millrace_refresh']);
    expect((await ask('getMe', { cookies: planted, headers: { ...headers } })).status).toBe(401);
    expect((await ask('renewSession', { cookies: planted, headers: { ...headers } })).code).toBe('sign_in_failed');
  });

  test('tells who calls, and how far each permission goes', async () => {
    await makeUser();
    const { cookies } = await signIn();
    const { body } = await ask('getMe', { cookies });
    expect(body).toMatchObject({
      account: 'ada',
      kind: 'user',
      display_name: 'Ada L.',
      api_key: null,
      sign_in: { required: true, methods: ['password'] },
    });
    expect(body.session.id).toMatch(/^[\w-]{36}$/);
    expect([body.permissions['run:read'], body.permissions['run:control']]).toEqual(['some', 'none']);
  });

  test('says the same of a wrong password and of nobody, and refuses an address that goes on trying', async () => {
    await makeUser();
    const wrong = await signIn('ada', 'wrong password');
    const nobody = await signIn('nobody', 'wrong password');
    expect([wrong.status, wrong.code]).toEqual([401, 'sign_in_failed']);
    expect(nobody).toEqual(wrong);
    expect(wrong.given).toEqual([]);
    for (let tried = 2; tried < 30; tried += 1)
      await server.fake.engine.people.signIn
        .signIn({ name: `x${tried}`, password, address: '127.0.0.1', agent: '' })
        .catch(() => null);
    const late = await signIn();
    expect([late.status, late.code]).toEqual([429, 'rate_limited']);
  });

  test('is no way for pages of others', async () => {
    await makeUser();
    const payload = { name: 'ada', password };
    const foreign = await ask('signIn', { payload, headers: { origin: 'https://evil.example' } });
    expect([foreign.status, foreign.given]).toEqual([401, []]);
    const form = await ask('signIn', { payload, headers: { 'content-type': 'text/plain' } });
    expect([form.status, form.given]).toEqual([400, []]);
  });
});

describe('a session', () => {
  test('is needed, and its cookie moves nothing for pages of others', async () => {
    await makeUser();
    expect(await ask('getMe')).toMatchObject({ status: 401, code: 'unauthorized', message: 'Nobody is signed in.' });
    const { cookies } = await signIn();
    expect((await ask('signOut', { cookies, headers: { origin: 'https://evil.example' } })).status).toBe(401);
    expect((await ask('signOut', { cookies, headers: { 'content-type': 'text/plain' } })).status).toBe(400);
    expect((await ask('getMe', { cookies })).status).toBe(200);
    expect((await ask('signOut', { cookies, headers: { origin: 'http://millrace.example' } })).body).toEqual({
      ended: true,
      go_to: null,
    });
  });

  test('goes on with new tokens, and the old access token ends', async () => {
    await makeUser();
    const first = await signIn();
    vi.setSystemTime(Date.now() + 11 * minute);
    expect((await ask('getMe', first)).status).toBe(401);
    const renewed = await ask('renewSession', first);
    expect(renewed.body.account).toBe('ada');
    expect((await ask('getMe', renewed)).status).toBe(200);
    expect((await ask('getMe', first)).status).toBe(401);
  });

  test('ends for both when its refresh token comes a second time', async () => {
    await makeUser();
    const stolen = await signIn();
    const owner = await ask('renewSession', stolen);
    vi.setSystemTime(Date.now() + minute);
    expect((await ask('getMe', owner)).status).toBe(200);
    const thief = await ask('renewSession', stolen);
    expect([thief.status, thief.code]).toEqual([401, 'sign_in_failed']);
    expect(thief.message).toContain('used twice');
    expect([...thief.cookies]).toEqual([]);
    expect((await ask('getMe', owner)).status).toBe(401);
    expect((await ask('renewSession', owner)).code).toBe('sign_in_failed');
  });

  test('stays when two tabs renew it at once', async () => {
    await makeUser();
    const { cookies } = await signIn();
    const first = await ask('renewSession', { cookies });
    const second = await ask('renewSession', { cookies });
    expect([second.status, second.code, second.given]).toEqual([409, 'conflict', []]);
    expect((await ask('getMe', first)).status).toBe(200);
  });

  test('cannot be renewed when it is too old, was ended, or is none', async () => {
    await makeUser();
    const old = await signIn();
    vi.setSystemTime(Date.now() + 14 * 24 * 60 * minute);
    expect((await ask('renewSession', old)).code).toBe('sign_in_failed');
    const ended = await signIn();
    await ask('signOut', ended);
    expect((await ask('getMe', ended)).status).toBe(401);
    expect((await ask('renewSession', ended)).code).toBe('sign_in_failed');
    expect((await ask('renewSession')).code).toBe('sign_in_failed');
  });

  test('ends with its account, and with a new password', async () => {
    await makeUser();
    await makeUser('bob');
    const [ada, bob] = [await signIn(), await signIn('bob')];
    const { accounts } = server.fake.engine.people;
    await accounts.change('ada', { disabled: true });
    await accounts.reset(await accounts.resetToken('bob'), 'another password');
    expect([(await ask('getMe', ada)).status, (await ask('getMe', bob)).status]).toEqual([401, 401]);
    expect([(await ask('renewSession', ada)).code, (await signIn()).code]).toEqual([
      'sign_in_failed',
      'sign_in_failed',
    ]);
  });

  test('can be shown as a bearer token by a program that keeps it', async () => {
    await makeUser();
    const { cookies } = await signIn();
    const headers = { authorization: `Bearer ${cookies.get('millrace_access')}` };
    expect((await ask('getMe', { headers })).body.account).toBe('ada');
    const refresh = { authorization: `Bearer ${cookies.get('millrace_refresh')}` };
    expect((await ask('getMe', { headers: refresh })).status).toBe(401);
  });
});

describe('setting up', () => {
  const request = { name: 'root', password, display_name: 'The root' };

  test('makes the first administrator and signs him in, once', async () => {
    const { setUp } = server.fake.engine.people;
    expect((await ask('getSignIn')).body).toEqual({
      required: true,
      password: true,
      providers: [],
      set_up_needed: true,
    });
    const token = await setUp.token();
    expect((await ask('setUp', { payload: { ...request, token: 'x' } })).code).toBe('sign_in_failed');
    const done = await ask('setUp', { payload: { ...request, token } });
    expect(done.body.account).toBe('root');
    const { body } = await ask('getMe', done);
    expect(Object.values(body.permissions).every((extent) => extent === 'all')).toBe(true);
    expect((await ask('setUp', { payload: { ...request, name: 'two', token } })).code).toBe('sign_in_failed');
    expect((await ask('getSignIn')).body.set_up_needed).toBe(false);
  });
});

describe('a server that asks nobody', () => {
  test('takes whoever is on this machine for its user, and a session for what it is', async () => {
    await server.close();
    open({ signIn: false });
    await makeUser();
    const headers = { host: 'localhost' };
    const local = (await ask('getMe', { headers })).body;
    expect(local).toMatchObject({ account: 'local', kind: 'local', session: null, sign_in: { required: false } });
    const { cookies } = await ask('signIn', { headers, payload: { name: 'ada', password } });
    expect((await ask('getMe', { headers, cookies })).body.account).toBe('ada');
    await server.fake.engine.people.accounts.endSessions('ada');
    expect((await ask('getMe', { headers, cookies })).body.account).toBe('local');
  });
});
