// `millrace login` by a browser, at a server in this process: by the browser of the machine, by one elsewhere, through a real
// provider of OpenID Connect, and with the password of a real directory.
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import type { Engine } from '@millrace/engine';
import { createMemoryEngine } from '@millrace/engine/testkit';
import { noDirectory } from '@millrace/identity/testkit';
import { createServer, type Server } from '@millrace/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keptToken } from '../src/logins/session.ts';
import { makeScratch, type Running, run, type Scratch, start } from './command-line.ts';
import { startProviders } from './outside-providers.ts';

const password = 'three small owls';
const describeDirectory = noDirectory === null ? describe : () => undefined;
let config: Scratch;
let scratch: Scratch;
let providers: Awaited<ReturnType<typeof startProviders>>;
let engine: Engine;
let server: Server;
let url = '';

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  config = makeScratch();
  providers = await startProviders(config, url);
  providers.company.people.set('7', { preferred_username: 'grace', name: 'Grace H.', groups: ['platform'] });
  engine = await createMemoryEngine();
  await engine.start();
  server = createServer({
    engine,
    host: '127.0.0.1',
    port,
    version: '0',
    logger: false,
    signIn: true,
    identityProviders: providers.identityProviders,
  });
  await server.listen();
  const ada = { name: 'ada', kind: 'user', displayName: null, email: null, password, by: 'test' } as const;
  await engine.people.accounts.create(ada);
}, 60_000);
afterAll(async () => {
  await server?.close();
  await engine?.stop();
  await providers?.close();
  config?.remove();
});
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.remove());

/** A browser that opens nothing. */
const env = () => ({ MILLRACE_URL: url, XDG_CONFIG_HOME: scratch.path, BROWSER: '/bin/true' });
const begin = (...args: string[]): Running => start(['login', ...args], { cwd: scratch.path, env: env() });
const kept = () => JSON.parse(readFileSync(join(scratch.path, 'millrace', 'logins.json'), 'utf8')).servers[url];

/** A browser of a person, which keeps cookies. */
function openBrowser() {
  const jar = new Map<string, string>();
  return async (path: string, body?: object) => {
    const response = await fetch(new URL(path, url), {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map((pair) => pair.join('=')).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return response;
  };
}
type Browser = ReturnType<typeof openBrowser>;

async function answer(browse: Browser, code: string, decision: 'allow' | 'refuse') {
  const answered = await browse('/api/v1/login-requests/answer', { code, decision });
  return (await answered.json()) as { machine: string; go_to: string | null };
}
const codeIn = (page: string): string => new URL(page, url).searchParams.get('request') ?? '';

describe('millrace login --browser', { timeout: 60_000 }, () => {
  it('opens a page, keeps the session of whoever says yes there, and renews it', async () => {
    const line = begin('--browser', '--json');
    const [page = ''] = await line.says(/http\S+\/login\?request=\S{43}/);
    const browse = openBrowser();
    await browse('/api/v1/sign-in', { name: 'ada', password });
    const code = codeIn(page);
    const found = await (await browse('/api/v1/login-requests/find', { code })).json();
    expect(found).toMatchObject({ machine: expect.stringMatching(/^\S+@\S+$/), address: '127.0.0.1' });
    const { go_to: goTo } = await answer(browse, code, 'allow');
    const back = await browse(goTo ?? '');
    expect([back.status, back.headers.get('location')]).toEqual([302, `${url}/login?answered=allowed`]);
    const ended = await line.ended;
    expect(ended.exit).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ account: 'ada', session: { id: expect.any(String) } });
    expect(ended.stdout + ended.stderr).not.toContain(kept().access);
    const sessions = await engine.people.accounts.sessions('ada');
    expect(sessions.map(({ agent }) => agent)).toContainEqual(expect.stringMatching(/^Millrace on \S+@\S+$/));

    const first = kept();
    const old = { ...first, accessUntil: '2020-01-01T00:00:00.000Z' };
    scratch.write('millrace/logins.json', JSON.stringify({ servers: { [url]: old } }));
    process.env.XDG_CONFIG_HOME = scratch.path;
    const renewed = await keptToken(url).finally(() => delete process.env.XDG_CONFIG_HOME);
    expect([renewed === first.access, renewed === kept().access]).toEqual([false, true]);
    const out = await run(['logout', '--json'], { cwd: scratch.path, env: env() });
    expect(JSON.parse(out.stdout)).toEqual({ url, forgotten: true, ended: true });
  });

  it('keeps nothing when the person says no', async () => {
    const line = begin('--browser');
    const [page = ''] = await line.says(/http\S+\/login\?request=\S{43}/);
    const browse = openBrowser();
    await browse('/api/v1/sign-in', { name: 'ada', password });
    const { go_to: goTo } = await answer(browse, codeIn(page), 'refuse');
    expect((await browse(goTo ?? '')).headers.get('location')).toBe(`${url}/login?answered=refused`);
    const { exit, stderr } = await line.ended;
    expect([exit, stderr.includes('The login was refused in the browser.')]).toEqual([2, true]);
    expect(kept).toThrow('ENOENT');
  });

  it('is not ended by pages that send a browser to its port', async () => {
    const line = begin('--browser');
    const [page = ''] = await line.says(/http\S+\/login\?request=\S{43}/);
    const browse = openBrowser();
    await browse('/api/v1/sign-in', { name: 'ada', password });
    const goTo = new URL((await answer(browse, codeIn(page), 'allow')).go_to ?? '');
    expect(goTo.hostname).toBe('127.0.0.1');
    const forged = new URL(goTo);
    forged.searchParams.set('state', 'x'.repeat(43));
    expect((await fetch(forged)).status).toBe(404);
    await fetch(goTo, { redirect: 'manual' });
    expect((await line.ended).exit).toBe(0);
  });
});

describe('millrace login --no-browser', { timeout: 60_000 }, () => {
  it('shows a code, which is typed in a browser elsewhere', async () => {
    const line = begin('--no-browser');
    const [, page = '', code = ''] = await line.says(/(http\S+\/login)\n +(\w{4}-\w{4})\n/);
    expect(page).toBe(`${url}/login`);
    const browse = openBrowser();
    await browse('/api/v1/sign-in', { name: 'ada', password });
    expect(await answer(browse, code.toLowerCase(), 'allow')).toMatchObject({ go_to: null });
    const { exit, stdout } = await line.ended;
    expect([exit, stdout.includes('ada at')]).toEqual([0, true]);
    expect(kept()).toMatchObject({ kind: 'session', account: 'ada' });
  });
});

describe('millrace login --provider', { timeout: 60_000 }, () => {
  it('leads through a provider of OpenID Connect back to the page that asks', async () => {
    const line = begin('--provider', 'company');
    const [page = ''] = await line.says(/http\S+\/sign-in\/oidc\/company\?\S+/);
    const browse = openBrowser();
    const away = await browse(page);
    const back = await providers.company.visit(away.headers.get('location') ?? '', '7');
    const asks = (await browse(back.href)).headers.get('location') ?? '';
    expect(asks).toMatch(/^\/login\?request=\S{43}$/);
    const { go_to: goTo } = await answer(browse, codeIn(asks), 'allow');
    await browse(goTo ?? '');
    const { exit, stdout } = await line.ended;
    expect([exit, stdout.includes('grace (Grace H.) at')]).toEqual([0, true]);
    expect(kept()).toMatchObject({ kind: 'session', account: 'grace' });
  });

  it('names those that there are for one that there is not', async () => {
    const { exit, stderr } = await begin('--provider', 'nobody').ended;
    expect(exit).toBe(2);
    expect(stderr).toMatch(/lets nobody sign in by "nobody"[\s\S]*There are: company/);
  });
});

describeDirectory('millrace login --provider, of a directory', () => {
  it('asks for name and password there', { timeout: 60_000 }, async () => {
    const login = (input: string) =>
      run(['login', '--provider', 'directory', '--name', 'bob'], { cwd: scratch.path, env: env(), input });
    const wrong = await login('wrong\n');
    expect([wrong.exit, wrong.stderr.includes('[sign_in_failed]')]).toEqual([2, true]);
    const right = await login('bob-secret\n');
    expect([right.exit, right.stdout.includes('bob (Bob) at')]).toEqual([0, true]);
    expect(kept()).toMatchObject({ kind: 'session', account: 'bob' });
    expect(JSON.stringify(kept())).not.toContain('bob-secret');
  });
});

/** The provider must know where it sends people back to before the server is there. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createTcpServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
