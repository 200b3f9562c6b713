// What an attacker sends who knows nothing but the address: requests that are large, deep, strange, or come from a page of his own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiToken, openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

let world: Awaited<ReturnType<typeof openTwoWorkspaces>>;
beforeAll(async () => {
  world = await openTwoWorkspaces();
  await world.server.app.ready();
});
afterAll(() => world.close());

const start = '/api/v1/workspaces/shop/workflows/shop-release/runs';
type Given = Readonly<{ url?: string; payload?: string; headers?: Record<string, string>; method?: 'GET' | 'POST' }>;

async function ask({ url = start, payload, headers = {}, method = payload === undefined ? 'GET' : 'POST' }: Given) {
  const answer = await world.server.app.inject({
    method,
    url,
    headers: {
      host: 'millrace.example',
      authorization: `Bearer ${apiToken}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}
const isAlive = async (): Promise<boolean> => (await ask({ url: '/health/live' })).status === 200;

describe('a body', () => {
  const deep = (open: string, close: string, depth: number) =>
    `{"input":{"tag":${open.repeat(depth)}1${close.repeat(depth)}}}`;

  test.each([
    ['of nested lists', deep('[', ']', 200_000)],
    ['of nested objects', deep('{"a":', '}', 100_000)],
    ['of lists that never end', `{"input":${'['.repeat(500_000)}`],
    ['that would change what all objects are', '{"__proto__":{"admin":true}}'],
    ['the same, deeper', '{"input":{"tag":"a","constructor":{"prototype":{"admin":true}}}}'],
    ['that is no JSON', '{"input":'],
    ['of another shape', '[]'],
  ])('%s is refused, and the server goes on', async (_, payload) => {
    const { status } = await ask({ payload });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    expect(await isAlive()).toBe(true);
  });

  test.each([
    ['too deep', deep('[', ']', 200_000)],
    ['with a key that would change what the object is', '{"__proto__":{"admin":true}}'],
    ['the same, written with escapes', '{"\\u005f_pr\\u006fto__":{"admin":true}}'],
  ])('of a webhook is refused, %s', async (_, payload) => {
    const { status } = await ask({ url: '/hooks/shop/shop-push', payload });
    expect([status, await isAlive()]).toEqual([400, true]);
  });

  test('that is too large is refused, also when it does not say how large it is', async () => {
    const { status, text } = await ask({ payload: `{"input":"${'x'.repeat(2 * 1024 * 1024)}"}` });
    expect([status, JSON.parse(text).error.code]).toEqual([413, 'too_large']);
  });
});

describe('every answer', () => {
  test.each<[string, Given]>([
    ['of the API', { url: '/api/v1/runs' }],
    ['to nobody', { url: '/api/v1/runs', headers: { authorization: '' } }],
    ['of what is not there', { url: '/api/v1/nothing' }],
    ['to a wrong body', { payload: '{' }],
    ['to everybody', { url: '/api/v1/sign-in', headers: { authorization: '' } }],
    ['of the health check', { url: '/health/live' }],
  ])('%s is kept by nobody, framed by nobody, and never taken for something else', async (_, given) => {
    const { headers } = await ask(given);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    for (const name of ['access-control-allow-origin', 'access-control-allow-credentials', 'server', 'x-powered-by']) {
      expect(headers[name]).toBeUndefined();
    }
  });

  test('to a question of a browser whether another origin may call is no', async () => {
    const { status, headers } = await ask({
      url: start,
      method: 'OPTIONS' as 'GET',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect([status < 300, headers['access-control-allow-origin']]).toEqual([false, undefined]);
  });
});
