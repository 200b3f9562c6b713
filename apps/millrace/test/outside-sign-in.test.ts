// People of a real provider of OpenID Connect and of a real directory sign in to a server, with the cookies of a browser, and out.
import type { Engine } from '@millrace/engine';
import { createMemoryEngine } from '@millrace/engine/testkit';
import { noDirectory } from '@millrace/identity/testkit';
import { createServer, type Server } from '@millrace/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, type Scratch } from './command-line.ts';
import { startProviders } from './outside-providers.ts';

const host = 'millrace.example';
const describeDirectory = noDirectory === null ? describe : () => undefined;
const callback = `http://${host}/api/v1/sign-in/oidc/company/callback`;

let scratch: Scratch;
let providers: Awaited<ReturnType<typeof startProviders>>;
let engine: Engine;
let server: Server;

beforeAll(async () => {
  scratch = makeScratch();
  providers = await startProviders(scratch, `http://${host}`, {
    company: ', groups: { platform: operators }',
    directory: ', groups: { "*": guests }',
  });
  providers.company.people.set('7', { preferred_username: 'ada', name: 'Ada L.', groups: ['platform'] });
  engine = await createMemoryEngine();
  await engine.people.roles.putGroup({ name: 'operators', description: '' });
  await engine.people.roles.bind({ subject: { kind: 'group', name: 'operators' }, role: 'operator', where: {} });
  server = createServer({
    engine,
    host: '127.0.0.1',
    port: 0,
    version: '0',
    logger: false,
    signIn: true,
    identityProviders: providers.identityProviders,
  });
});

afterAll(async () => {
  await server.close();
  await engine.stop();
  await providers.close();
  scratch.remove();
});

/** A browser that knows this server only. */
function openBrowser() {
  const jar = new Map<string, string>();
  return async (url: string, body?: object) => {
    const answer = await server.app.inject({
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: {
        host,
        cookie: [...jar].map((pair) => pair.join('=')).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
}

describe('signing in by OpenID Connect', () => {
  it('leads from a page over the provider back to the page, with an account, its groups and their roles', async () => {
    const browse = openBrowser();
    expect((await browse('/api/v1/me')).statusCode).toBe(401);
    const away = await browse('/api/v1/sign-in/oidc/company?return_to=%2Fruns%3Fstatus%3Dfailed');
    const back = await providers.company.visit(String(away.headers.location), '7');
    expect(`${back.origin}${back.pathname}`).toBe(callback);
    const arrived = await browse(`${back.pathname}${back.search}`);
    expect([arrived.statusCode, arrived.headers.location]).toEqual([302, '/runs?status=failed']);
    const me = (await browse('/api/v1/me')).json();
    expect(me).toMatchObject({ account: 'ada', display_name: 'Ada L.', groups: ['operators'] });
    expect(me.permissions['run:control']).toBe('all');

    const out = (await browse('/api/v1/sign-out', {})).json();
    expect(out.ended).toBe(true);
    expect((await fetch(out.go_to)).status).toBe(200);
    expect((await browse('/api/v1/me')).statusCode).toBe(401);
  });

  it('gives nothing to another browser, and a code is good once', async () => {
    const [mine, yours] = [openBrowser(), openBrowser()];
    const away = await mine('/api/v1/sign-in/oidc/company');
    await yours('/api/v1/sign-in/oidc/company');
    const back = await providers.company.visit(String(away.headers.location), '7');
    const path = `${back.pathname}${back.search}`;
    expect((await yours(path)).headers.location).toBe('/?sign_in_error=sign_in_failed&provider=company');
    expect((await openBrowser()(path)).headers.location).toBe('/?sign_in_error=sign_in_failed&provider=company');
    expect((await mine(path)).headers.location).toBe('/');
    expect((await mine(path)).headers.location).toBe('/?sign_in_error=sign_in_failed&provider=company');
  });
});

describeDirectory('signing in by a directory', () => {
  it('takes the password that the directory takes, and makes an account', async () => {
    const browse = openBrowser();
    const url = '/api/v1/sign-in/ldap/directory';
    expect((await browse(url, { name: 'bob', password: 'wrong' })).json().error.code).toBe('sign_in_failed');
    expect((await browse('/api/v1/me')).statusCode).toBe(401);
    expect((await browse(url, { name: 'bob', password: 'bob-secret' })).json()).toMatchObject({ account: 'bob' });
    expect((await browse('/api/v1/me')).json()).toMatchObject({
      account: 'bob',
      display_name: 'Bob',
      groups: ['guests'],
    });
  });
});
