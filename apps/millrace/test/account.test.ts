// What somebody changes about himself, and an administrator about others, from the command line: the real commands at a server in
// this process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, LdapProvider, OidcProvider } from '@millrace/engine';
import { createMemoryEngine } from '@millrace/engine/testkit';
import { createServer, type Server } from '@millrace/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, run, type Scratch } from './command-line.ts';

const password = 'three small owls';
const rules = { createAccounts: true, groups: {}, allowedGroups: null };
const grace = {
  issuer: 'ldap:directory',
  subject: '7',
  name: 'grace',
  displayName: null,
  email: null,
  groups: [],
};
const directory: LdapProvider = {
  kind: 'ldap',
  name: 'directory',
  title: 'Directory',
  rules,
  signIn: async (_, given) => (given === 'right' ? grace : null),
};
const company = {
  kind: 'oidc',
  name: 'company',
  title: 'Company',
  issuer: 'https://id.example',
  rules,
} as OidcProvider;

let scratch: Scratch;
let engine: Engine;
let server: Server;
let url = '';
beforeEach(async () => {
  scratch = makeScratch();
  engine = await createMemoryEngine();
  await engine.start();
  const identityProviders = [directory, company];
  const options = { host: '127.0.0.1', port: 0, version: '0', logger: false, signIn: true, identityProviders } as const;
  server = createServer({ engine, ...options });
  url = `http://127.0.0.1:${(await server.listen()).port}`;
  for (const name of ['ada', 'root']) {
    await engine.people.accounts.create({ name, kind: 'user', displayName: null, email: null, password, by: 'test' });
  }
  await engine.people.roles.bind({ subject: { kind: 'account', name: 'root' }, role: 'admin', where: {} });
  await millrace(['login', '--name', 'ada'], password);
});
afterEach(async () => {
  await server.close();
  await engine.stop();
  scratch.remove();
});

const millrace = (args: readonly string[], input = '', env = {}) =>
  run(args, { cwd: scratch.path, env: { MILLRACE_URL: url, XDG_CONFIG_HOME: scratch.path, ...env }, input });
const json = async (...args: string[]) => JSON.parse((await millrace([...args, '--json'])).stdout);
const kept = () => JSON.parse(readFileSync(join(scratch.path, 'millrace', 'logins.json'), 'utf8')).servers[url];
const browser = () =>
  engine.people.signIn.signIn({ name: 'ada', password, address: '192.0.2.9', agent: 'Firefox/1 on Linux' });

describe('millrace account', { timeout: 60_000 }, () => {
  it('changes the own password, and goes on with a new session', async () => {
    await browser();
    const before = kept();
    const wrong = await millrace(['account', 'change-password'], 'wrong\nfour large owls\n');
    expect([wrong.exit, wrong.stderr.includes('This is not your password.')]).toEqual([2, true]);
    const one = await millrace(['account', 'change-password'], `${password}\n`);
    expect([one.exit, one.stderr.includes('2 lines are expected')]).toEqual([2, true]);
    expect(kept()).toEqual(before);
    const done = await millrace(['account', 'change-password'], `${password}\nfour large owls\n`);
    expect([done.exit, done.stdout.includes('The password of ada is changed.')]).toEqual([0, true]);
    expect(kept().access).not.toBe(before.access);
    expect((await json('whoami')).account).toBe('ada');
    expect(await engine.people.accounts.sessions('ada')).toHaveLength(1);
    expect((await millrace(['login', '--name', 'ada'], password)).exit).toBe(2);
  });

  it('lists where one is signed in, ends one, and all others', async () => {
    const { session } = await browser();
    await browser();
    const listed = (await millrace(['account', 'sessions'])).stdout;
    expect(listed).toMatch(/127\.0\.0\.1 +Millrace on \S+ +\S+ \(this one\)/);
    expect(listed).toMatch(/192\.0\.2\.9 +Firefox\/1 on Linux/);
    expect((await millrace(['account', 'end-session'])).stderr).toContain('--others');
    expect((await millrace(['account', 'end-session', session])).stdout).toBe('1 session ended.\n');
    expect((await millrace(['account', 'end-session', session])).exit).toBe(2);
    expect(await json('account', 'end-session', '--others')).toEqual({ ended: 1 });
    expect((await json('account', 'sessions')).items).toMatchObject([{ current: true }]);
  });

  it('links somebody of a directory with both passwords, and unlinks him with one', async () => {
    const link = (input: string) => millrace(['account', 'link', 'directory', '--name', 'grace'], input);
    expect((await link('wrong\nright\n')).exit).toBe(2);
    expect((await link(`${password}\nwrong\n`)).exit).toBe(2);
    expect((await link(`${password}\nright\n`)).stdout).toBe('ada may sign in by directory as well.\n');
    const elsewhere = await millrace(['account', 'link', 'company'], `${password}\nright\n`);
    expect([elsewhere.exit, elsewhere.stderr.includes(`Open ${url}/account`)]).toEqual([2, true]);
    const [identity] = (await json('account', 'identities')).items;
    expect(identity).toMatchObject({ provider: 'directory', subject: '7' });
    expect((await millrace(['account', 'identities'])).stdout).toContain(identity.id);
    expect((await millrace(['account', 'unlink', 'other'], password)).stderr).toContain(`${identity.id} (directory)`);
    expect((await millrace(['account', 'unlink', 'directory'], 'wrong')).exit).toBe(2);
    expect((await millrace(['account', 'unlink', 'directory'], password)).exit).toBe(0);
    expect(await json('account', 'identities')).toEqual({ items: [] });
  });
});

describe('millrace user', { timeout: 60_000 }, () => {
  it('changes how others are called and reached, and takes their links away', async () => {
    await millrace(['account', 'link', 'directory'], `${password}\nright\n`);
    const refused = await millrace(['user', 'change', 'root', '--display-name', 'Me']);
    expect([refused.exit, refused.stderr.includes('[forbidden]')]).toEqual([2, true]);
    await millrace(['login', '--name', 'root'], password);
    const changed = await millrace(['user', 'change', 'ada', '--display-name', 'Ada K.', '--email', 'ada@example.org']);
    expect(changed.stdout).toBe('ada is shown as Ada K., ada@example.org.\n');
    expect(await json('user', 'change', 'ada', '--no-email')).toMatchObject({ display_name: 'Ada K.', email: null });
    expect((await millrace(['user', 'change', 'ada'])).stderr).toContain('Nothing to change was given.');
    await millrace(['service-account', 'add', 'bot']);
    expect(await json('service-account', 'change', 'bot', '--email', 'ops@example.org')).toMatchObject({
      name: 'bot',
      email: 'ops@example.org',
    });
    expect((await json('user', 'identities', 'ada')).items).toMatchObject([{ provider: 'directory' }]);
    expect((await millrace(['user', 'unlink', 'ada', 'directory'])).stdout).toContain('signed out everywhere');
    expect(await json('user', 'identities', 'ada')).toEqual({ items: [] });
    expect(await engine.people.accounts.sessions('ada')).toEqual([]);
  });
});
