// Signing in from the command line, at a server in this process.
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@millrace/engine';
import { createMemoryEngine } from '@millrace/engine/testkit';
import { createServer, type Server } from '@millrace/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptToken } from '../src/logins/session.ts';
import { makeScratch, run, type Scratch } from './command-line.ts';

const password = 'three small owls';
let scratch: Scratch;
let engine: Engine;
let server: Server;
let url = '';

beforeEach(async () => {
  scratch = makeScratch();
  engine = await createMemoryEngine();
  await engine.start();
  server = createServer({ engine, host: '127.0.0.1', port: 0, version: '0', logger: false, signIn: true });
  url = `http://127.0.0.1:${(await server.listen()).port}`;
  const { accounts, roles } = engine.people;
  await accounts.create({ name: 'ada', kind: 'user', displayName: 'Ada L.', email: null, password, by: 'test' });
  await roles.bind({ subject: { kind: 'account', name: 'ada' }, role: 'viewer', where: {} });
});
afterEach(async () => {
  await server.close();
  await engine.stop();
  scratch.remove();
});

const file = (): string => join(scratch.path, 'millrace', 'logins.json');
const millrace = (args: readonly string[], input = '') =>
  run(args, { cwd: scratch.path, env: { MILLRACE_URL: url, XDG_CONFIG_HOME: scratch.path }, input });
const kept = () => JSON.parse(readFileSync(file(), 'utf8')).servers[url];

/** What is done in this process, with the file of the commands. */
async function here<Result>(action: () => Promise<Result>): Promise<Result> {
  const before = process.env.XDG_CONFIG_HOME;
  process.env.XDG_CONFIG_HOME = scratch.path;
  try {
    return await action();
  } finally {
    if (before === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = before;
  }
}

describe('millrace login', () => {
  it('keeps a session that only its user can read, which every command shows', { timeout: 60_000 }, async () => {
    const refused = await millrace(['run', 'list']);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('[unauthorized]');
    expect(refused.stderr).toContain('hint: Sign in: millrace login.');

    const signedIn = await millrace(['login', '--name', 'ada'], `${password}\n`);
    expect([signedIn.exit, signedIn.stderr]).toEqual([0, '']);
    expect(signedIn.stdout).toContain(`ada (Ada L.) at ${url}, by a session\n`);
    expect(signedIn.stdout).toMatch(/may everywhere: .*run:read/);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).not.toContain(password);

    expect((await millrace(['run', 'list'])).exit).toBe(0);
    const who = JSON.parse((await millrace(['whoami', '--json'])).stdout);
    expect(who).toMatchObject({ account: 'ada', permissions: { 'run:read': 'all', 'run:control': 'none' } });
    const forbidden = await millrace(['cache', 'clear', '--all', '--json']);
    expect(forbidden.exit).toBe(2);
    expect(JSON.parse(forbidden.stdout).error).toMatchObject({
      code: 'forbidden',
      details: { permission: 'cache:change' },
    });

    const { access } = kept();
    expect(JSON.parse((await millrace(['logout', '--json'])).stdout)).toEqual({ url, forgotten: true, ended: true });
    expect(kept()).toBeUndefined();
    expect(await engine.people.identify.bySession(access)).toBeNull();
    expect((await millrace(['whoami'])).exit).toBe(2);
  });

  it('keeps nothing for a wrong password, and no key that is no good', { timeout: 60_000 }, async () => {
    const wrong = await millrace(['login', '--name', 'ada'], 'wrong password');
    expect([wrong.exit, wrong.stderr.includes('[sign_in_failed]')]).toEqual([2, true]);
    const none = await millrace(['login', '--name', 'ada']);
    expect(none.stderr).toContain('No password was given');
    expect((await millrace(['login', '--api-key'], 'mrk_wrong')).exit).toBe(2);
    expect(existsSync(file())).toBe(false);
  });

  it('keeps an API key, and forgets it without revoking it', { timeout: 60_000 }, async () => {
    const { key, apiKey } = await engine.people.apiKeys.create({
      account: 'ada',
      name: 'laptop',
      scopes: null,
      lifeMs: null,
      by: 'ada',
    });
    const done = await millrace(['login', '--api-key'], `${key}\n`);
    expect(done.stdout).toContain(`by the API key ${apiKey.id}`);
    // As somebody may have left it.
    chmodSync(file(), 0o644);
    await millrace(['login', '--api-key'], key);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect((await millrace(['whoami', '--token', 'another-token'])).exit).toBe(2);
    await millrace(['logout']);
    expect(await engine.people.identify.byApiKey(key)).not.toBeNull();
  });
});

describe('a session that is kept', () => {
  it('renews itself, also when two commands do so at once, and is forgotten when it is over', {
    timeout: 60_000,
  }, async () => {
    await millrace(['login', '--name', 'ada'], password);
    const first = kept();
    scratch.write(
      'millrace/logins.json',
      JSON.stringify({ servers: { [url]: { ...first, accessUntil: '2020-01-01T00:00:00.000Z' } } }),
    );
    const both = await here(() => Promise.all([keptToken(url), keptToken(url)]));
    const renewed = kept();
    expect(renewed.access).not.toBe(first.access);
    expect(both).toEqual([renewed.access, renewed.access]);
    expect((await millrace(['whoami'])).exit).toBe(0);

    await engine.people.accounts.endSessions('ada');
    scratch.write(
      'millrace/logins.json',
      JSON.stringify({ servers: { [url]: { ...renewed, accessUntil: '2020-01-01T00:00:00.000Z' } } }),
    );
    const over = await millrace(['run', 'list']);
    expect([over.exit, over.stderr.includes('millrace login')]).toEqual([2, true]);
    expect(kept()).toBeUndefined();
  });

  it('is nothing that a broken file tells', { timeout: 60_000 }, async () => {
    scratch.write('millrace/logins.json', '{"servers": {"http://x": {"kind": "other"}}}');
    const { exit, stderr } = await millrace(['whoami']);
    expect([exit, stderr.includes('is not what millrace login wrote')]).toEqual([2, true]);
  });
});
