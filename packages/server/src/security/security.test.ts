import { MillraceError } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import type { ServerOptions } from '../index.ts';
import { checkExposure } from './check-exposure.ts';
import { hostName, isLoopbackHost } from './loopback.ts';

const token = 'a-token-of-some-length';
let server: ReturnType<typeof createCheckedServer> | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

type Options = Partial<ServerOptions>;
type Request = Readonly<{
  method?: 'GET' | 'POST';
  url?: string;
  headers?: Record<string, string>;
  remoteAddress?: string;
  payload?: string;
}>;

async function ask(options: Options, request: Request) {
  server = createCheckedServer(options);
  const { url = '/api/v1/runs', headers = {}, ...rest } = request;
  const answer = await server.app.inject({ url, headers: { host: 'localhost:7070', ...headers }, ...rest });
  return { status: answer.statusCode, code: answer.json()?.error?.code, headers: answer.headers };
}

describe('without an API token', () => {
  test.each([
    ['localhost:7070', 200],
    ['127.0.0.1', 200],
    ['[::1]:7070', 200],
    ['shop.localhost', 200],
    ['evil.example:7070', 401],
    ['127.0.0.1.evil.example', 401],
    ['localhost.evil.example', 401],
  ])('the host "%s" gets %i: a foreign name may be bound to this machine', async (host, status) => {
    expect((await ask({}, { headers: { host } })).status).toBe(status);
  });

  test('a host that the operator allows is fine', async () => {
    expect((await ask({ allowedHosts: ['Box.Lan'] }, { headers: { host: 'box.lan:80' } })).status).toBe(200);
  });

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip'])('what a proxy hands on (%s) is refused', async (header) => {
    expect((await ask({}, { headers: { [header]: '10.0.0.1' } })).status).toBe(401);
  });

  test('requests of other machines are refused', async () => {
    expect((await ask({}, { remoteAddress: '10.0.0.7' })).status).toBe(401);
    expect((await ask({}, { remoteAddress: '::ffff:127.0.0.1' })).status).toBe(200);
  });
});

describe('with an API token', () => {
  const options = { apiToken: token };
  test.each<[string, Record<string, string>, number]>([
    ['the token', { authorization: `Bearer ${token}` }, 200],
    ['the token, from any host', { authorization: `bearer ${token}`, host: 'millrace.example' }, 200],
    ['another token', { authorization: `Bearer ${token}x` }, 401],
    ['no token', {}, 401],
    ['another scheme', { authorization: `Basic ${token}` }, 401],
    ['a subprotocol outside a WebSocket', { 'sec-websocket-protocol': `bearer.${btoa(token)}` }, 401],
  ])('%s', async (_, headers, status) => {
    const answer = await ask(options, { headers });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers['www-authenticate']).toContain('Bearer');
  });

  test('health and the contract are public, runs and metrics are not', async () => {
    for (const url of ['/health/live', '/health/ready', '/openapi.json'])
      expect((await ask(options, { url })).status).toBe(200);
    for (const url of ['/metrics', '/api/v1/workers']) expect((await ask(options, { url })).status).toBe(401);
  });

  test('the page of the web UI, which shows nothing by itself, is public', async () => {
    for (const url of ['/', '/runs/1000']) {
      server = createCheckedServer(options);
      const { statusCode } = await server.app.inject({ url, headers: { accept: 'text/html' } });
      expect(statusCode).toBe(503); // it is not built here; without access it would be 401
    }
  });

  test('the worker token opens no API, and the API token no worker protocol', async () => {
    const both = { apiToken: token, workerToken: `${token}-worker` };
    expect((await ask(both, { headers: { authorization: `Bearer ${token}-worker` } })).status).toBe(401);
    const sync = { method: 'POST' as const, url: '/worker/v1/sync', payload: '{}' };
    const headers = { 'content-type': 'application/json' };
    expect((await ask(both, { ...sync, headers: { ...headers, authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await ask(both, { ...sync, headers: { ...headers, authorization: `Bearer ${token}-worker` } })).code).toBe(
      'invalid_request',
    );
  });

  test('without a worker token, workers must be on this machine, and not behind a proxy', async () => {
    const sync = { method: 'POST' as const, url: '/worker/v1/sync', payload: '{}' };
    const headers = { 'content-type': 'application/json' };
    expect((await ask(options, { ...sync, headers })).status).toBe(400);
    expect((await ask(options, { ...sync, headers, remoteAddress: '10.0.0.7' })).status).toBe(401);
    expect((await ask(options, { ...sync, headers: { ...headers, 'x-forwarded-for': '1.2.3.4' } })).status).toBe(401);
  });
});

describe('a page of another origin', () => {
  const start = {
    method: 'POST' as const,
    url: '/api/v1/workspaces/shop/workflows/release/runs',
    payload: '{"input":{"tag":"a"}}',
  };
  const json = { 'content-type': 'application/json' };
  test.each<[string, Record<string, string>, number]>([
    ['no origin (a program)', json, 201],
    ['the same origin', { ...json, origin: 'http://localhost:7070' }, 201],
    ['another origin', { ...json, origin: 'https://evil.example' }, 401],
    ['another port', { ...json, origin: 'http://localhost:9999' }, 401],
    ['a sandboxed frame', { ...json, origin: 'null' }, 401],
    ['a cross-site request without origin', { ...json, 'sec-fetch-site': 'cross-site' }, 401],
    ['a form', { 'content-type': 'text/plain' }, 400],
    ['a form with fields', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['nothing said about the content', {}, 400],
  ])('starts no run: %s', async (_, headers, status) => {
    expect((await ask({}, { ...start, headers })).status).toBe(status);
  });
});

describe('answers', () => {
  test('carry headers that keep browsers from misusing them', async () => {
    const { headers } = await ask({}, {});
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'SAMEORIGIN',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['x-request-id']).toMatch(/^\w+-\w+$/);
  });
});

describe('a server refuses to be made', () => {
  const base = { host: '127.0.0.1' } as ServerOptions;
  const refusal = (options: Options): string => {
    try {
      checkExposure({ ...base, ...options });
      return 'none';
    } catch (error) {
      return error instanceof MillraceError ? `${error.code}: ${error.message} ${error.hint}` : String(error);
    }
  };

  test('beyond this machine without sign-in or an API token', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'box.lan']) {
      expect(refusal({ host })).toMatch(/^configuration: .*without sign-in or an API token\. .*set an API token/);
    }
    expect(refusal({ host: '0.0.0.0', apiToken: token })).toBe('none');
    expect(refusal({ host: '0.0.0.0', signIn: true })).toBe('none');
  });

  test('with a route that does not say who may call it', async () => {
    server = createCheckedServer();
    server.app.register(async (scope) => {
      scope.get('/open', () => 'open');
    });
    await expect(server.app.ready()).rejects.toThrow('The route GET /open does not say who may call it');
  });

  test('with a token that can be guessed', () => {
    expect(refusal({ apiToken: 'short' })).toContain('API token is too short');
    expect(refusal({ workerToken: 'with a blank in the middle' })).toContain('worker token');
  });
});

describe('names of this machine', () => {
  test('are told from names that only look like them', () => {
    const loopback = [
      'localhost',
      'LOCALHOST',
      'a.localhost',
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '[::1]',
      '::ffff:127.0.0.1',
    ];
    expect(loopback.filter((host) => !isLoopbackHost(host))).toEqual([]);
    const foreign = [
      '',
      'localhost.evil',
      '127.0.0.1.nip.io',
      '128.0.0.1',
      '0.0.0.0',
      '::',
      'evillocalhost',
      '127.evil',
    ];
    expect(foreign.filter(isLoopbackHost)).toEqual([]);
    expect(['a:1', '[::1]:80', 'a', '[::1]'].map(hostName)).toEqual(['a', '[::1]', 'a', '[::1]']);
  });
});
