// One suite for all outside sources. The peers are real for folders and SOPS files; the others are fakes that follow the
// documented protocols: requests must be signed, logged in and addressed as the real ones demand.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, MillraceError } from '@millrace/core';
import { loadServerConfig } from '@millrace/definition';
import type { SecretSource } from '@millrace/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  awsPeer,
  azurePeer,
  babble,
  folderPeer,
  gcpPeer,
  kubernetesPeer,
  type SecretPeer,
  type StartPeer,
  sopsPeer,
  type Trouble,
  vaultPeer,
  writeSops,
} from '../testkit/index.ts';
import { createSecretSources } from './create-secret-sources.ts';

const files: Readonly<Record<string, StartPeer>> = { folder: folderPeer, sops: sopsPeer };
const remote: Readonly<Record<string, StartPeer>> = {
  'vault by token': vaultPeer('token'),
  'vault by AppRole': vaultPeer('approle'),
  'vault by Kubernetes': vaultPeer('kubernetes'),
  kubernetes: kubernetesPeer,
  aws: awsPeer,
  gcp: gcpPeer,
  azure: azurePeer,
};

const value = 'hunter2 "ä"/+\nsecond line\t{{ end }}';

let folder: string;
let peer: SecretPeer;
let now: number;

/** As a server has it that reads `millrace.yaml`. */
function open(more: Readonly<Record<string, Json>> = {}): SecretSource {
  const text = JSON.stringify({ secret_sources: { outside: { ...peer.written, ...more } } });
  const { config, diagnostics } = loadServerConfig({ path: 'millrace.yaml', text });
  expect(diagnostics).toEqual([]);
  const [source] = createSecretSources(config?.secretSources ?? [], { environment: peer.environment, now: () => now });
  if (source === undefined) throw new Error('It stands in the configuration.');
  return source;
}

const ask = (source: SecretSource, name: string, workspace = 'main') => source.resolve({ workspace, name });

async function failureOf(asking: Promise<unknown>): Promise<MillraceError> {
  const error = await asking.then(
    () => null,
    (cause: MillraceError) => cause,
  );
  if (error === null) throw new Error('It should have failed.');
  return error;
}

/** Nothing that is told, nor anything below it, has a value or a credential in it. */
function expectDiscreet(error: MillraceError): void {
  const told = JSON.stringify([error.message, error.hint, error.details, String(error.cause), error.stack]);
  for (const secret of [...peer.credentials, 'hunter2', babble]) expect(told).not.toContain(secret);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-'));
  now = 0;
});
afterEach(async () => {
  await peer.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.entries({ ...files, ...remote }))('%s', (_name, start) => {
  beforeEach(async () => {
    peer = await start(folder);
  });

  it('gives what stands there, to the last character, and nothing where nothing stands', async () => {
    await peer.put('token', value);
    const source = open();
    expect(await ask(source, 'token')).toBe(value);
    expect(await ask(source, 'other-token')).toBeNull();
    expect(source.name).toBe('outside');
    expect(source.place({ workspace: 'main', name: 'token' })).toMatch(/^token in outside \(.+\)$/);
  });

  it('gives a field of what has several, or all of them', async () => {
    await peer.put('db', { user: 'etl', password: value });
    const source = open({
      names: { db: 'db', password: { key: 'db', field: 'password' }, none: { key: 'db', field: 'x' } },
    });
    expect(await ask(source, 'password')).toBe(value);
    expect(await ask(source, 'none')).toBeNull();
    expect(JSON.parse((await ask(source, 'db')) ?? '')).toEqual({ user: 'etl', password: value });
    expect(source.place({ workspace: 'main', name: 'password' })).toMatch(/^field password of db in outside/);
  });

  it('finds secrets by templates, and serves only the workspaces that it is for', async () => {
    await peer.put('millrace-shop', { npm_token: value });
    const source = open({ key: 'millrace-{workspace}', field: '{name}', workspaces: ['shop'] });
    expect(await ask(source, 'npm_token', 'shop')).toBe(value);
    expect(await ask(source, 'npm_token', 'main')).toBeNull();
    expect(source.place({ workspace: 'main', name: 'npm_token' })).toBeNull();
  });

  it('gives nothing but the names that it tells of, where it says so', async () => {
    await peer.put('token', value);
    const source = open({ only_names: true, names: { mine: 'token' } });
    expect(await ask(source, 'mine')).toBe(value);
    expect(await ask(source, 'token')).toBeNull();
    expect(source.place({ workspace: 'main', name: 'token' })).toBeNull();
  });

  it('remembers a value for its time, and not longer', async () => {
    await peer.put('token', value);
    const source = open({ cache: '30s' });
    const never = open({ cache: '0s' });
    expect(await ask(source, 'token')).toBe(value);
    await peer.put('token', 'changed-value');
    now = 29_999;
    expect(await ask(source, 'token')).toBe(value);
    expect(await ask(never, 'token')).toBe('changed-value');
    now = 30_000;
    expect(await ask(source, 'token')).toBe('changed-value');
    expect(await ask(source, 'late')).toBeNull();
    await peer.put('late', 'late-value');
    expect(await ask(source, 'late')).toBe('late-value');
  });

  it('asks once for all who want the same at once', async () => {
    await peer.put('db', { a: 'value-a', b: 'value-b' });
    const source = open({ key: 'db', field: '{name}', cache: '0s' });
    await ask(source, 'a');
    const before = peer.server?.requests() ?? 0;
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(source, index % 2 === 0 ? 'a' : 'b')));
    expect(new Set(all)).toEqual(new Set(['value-a', 'value-b']));
    if (peer.server !== null) expect(peer.server.requests() - before).toBe(1);
  });
});

describe.each(Object.entries(remote))('%s', (_name, start) => {
  beforeEach(async () => {
    peer = await start(folder);
  });

  const troubles: readonly (readonly [Trouble, MillraceError['code'], RegExp])[] = [
    ['away', 'secret_source_unavailable', /cannot be reached/],
    ['silent', 'secret_source_unavailable', /did not answer within 50 ms/],
    ['failing', 'secret_source_unavailable', /answered 503/],
    ['refusing', 'secret_source_refused', /answered 40\d/],
    ['babbling', 'secret_source_refused', /its answer has no/],
  ];
  it.each(troubles)(
    'says why it gives nothing when the peer is %s, and gives again afterwards',
    async (trouble, code, says) => {
      if (peer.server === null) return;
      await peer.put('token', value);
      const source = open({ cache: '0s', timeout: trouble === 'silent' ? '50ms' : '5s' });
      peer.server.trouble(trouble);
      const error = await failureOf(ask(source, 'token'));
      expect(error).toMatchObject({ code, message: expect.stringMatching(says), details: { source: 'outside' } });
      expect(error.message).toMatch(/^The source of secrets outside \(.+\) gives nothing: /);
      expect(error.hint).toMatch(/\.$|\?$/);
      expect(error.retryable).toBe(code === 'secret_source_unavailable');
      expectDiscreet(error);
      peer.server?.trouble(null);
      expect(await ask(open({ cache: '0s' }), 'token')).toBe(value);
    },
  );
});

describe('vault', () => {
  it('logs in again when its token ended, and once when it was revoked before', async () => {
    peer = await vaultPeer('approle')(folder);
    await peer.put('token', value);
    const source = open({ cache: '0s' });
    const asked = async () => {
      const before = peer.server?.requests() ?? 0;
      expect(await ask(source, 'token')).toBe(value);
      return (peer.server?.requests() ?? 0) - before;
    };
    expect(await asked()).toBe(2);
    expect(await asked()).toBe(1);
    // Of the 1,200 seconds of a lease, the last fifth is not used.
    now = 960_000;
    expect(await asked()).toBe(2);
    // Another login takes the token away from this one.
    await ask(open({ cache: '0s' }), 'token');
    expect(await asked()).toBe(3);
  });

  it('says that nothing is mounted there, and that a login fails', async () => {
    peer = await vaultPeer('approle')(folder);
    const elsewhere = await failureOf(ask(open({ mount: 'elsewhere' }), 'token'));
    expect(elsewhere).toMatchObject({ code: 'secret_source_refused', hint: expect.stringContaining('`mount`') });
    expect(elsewhere.message).toContain('no handler for route');
    const auth = { approle: { role_id: 'other', secret_id_env: 'VAULT_SECRET_ID' } };
    const refused = await failureOf(ask(open({ auth }), 'token'));
    expect(refused.message).toContain('answered 400: invalid role or secret ID (at the login by approle)');
    expectDiscreet(refused);
    const missing = await failureOf(ask(open({ auth: { token_env: 'NOT_THERE' } }), 'token'));
    expect(missing.message).toContain('the environment variable NOT_THERE is not set');
  });

  it("is not asked when its certificate is nobody's", async () => {
    peer = await vaultPeer('token')(folder);
    const { ca_file: _authority, ...written } = peer.written;
    peer = { ...peer, written };
    const error = await failureOf(ask(open(), 'token'));
    expect(error).toMatchObject({ code: 'secret_source_refused', hint: expect.stringContaining('`ca_file`') });
    expect(error.message).toMatch(/certificate of 127\.0\.0\.1:\d+ is not trusted/);
    expect(peer.server?.requests()).toBe(0);
  });
});

describe('a folder', () => {
  it.each(['../outside', '/etc/hostname', 'a/../../outside'])('gives nothing from out of it: %s', async (key) => {
    peer = await folderPeer(folder);
    writeFileSync(join(folder, 'outside'), value);
    const error = await failureOf(ask(open({ names: { x: key } }), 'x'));
    expect(error).toMatchObject({
      code: 'secret_source_refused',
      message: expect.stringContaining('out of the folder'),
    });
  });

  it('has folders below it, and a folder is no secret', async () => {
    peer = await folderPeer(folder);
    await peer.put('shop/token', value);
    expect(await ask(open({ key: '{workspace}/{name}' }), 'token', 'shop')).toBe(value);
    expect(await ask(open(), 'shop')).toBeNull();
  });
});

describe('a SOPS file', () => {
  const file = () => String(peer.written.file);
  const change = (from: string | RegExp, to: string) =>
    writeFileSync(file(), readFileSync(file(), 'utf8').replace(from, to));

  beforeEach(async () => {
    peer = await sopsPeer(folder);
    await peer.put('token', value);
    await peer.put('second', 'another-value');
    await peer.put('prod', { db: { port: 5432, tls: true, hosts: ['a', 'b'] } });
  });

  it('is read at any depth, with numbers, flags and lists as JSON', async () => {
    const source = open({ names: { db: 'prod.db', port: 'prod.db.port', none: 'prod.x.y' } });
    expect(JSON.parse((await ask(source, 'db')) ?? '')).toEqual({ port: 5432, tls: true, hosts: ['a', 'b'] });
    expect(await ask(source, 'port')).toBe('5432');
    expect(await ask(source, 'none')).toBeNull();
  });

  it('in JSON is the same', async () => {
    writeFileSync(file(), JSON.stringify(parse(readFileSync(file(), 'utf8')), null, '\t'));
    expect(await ask(open(), 'token')).toBe(value);
  });

  it.each([
    [
      'a value that was put elsewhere',
      () => {
        const tree = parse(readFileSync(file(), 'utf8')) as { token: string; second: string };
        writeFileSync(file(), stringify({ ...tree, token: tree.second, second: tree.token }));
      },
      'the value at token does not fit',
    ],
    ['a value in clear', () => change(/^second: .*$/m, 'second: of mine'), 'its MAC does not fit'],
    ['a value taken out', () => change(/^second: .*\n/m, ''), 'its MAC does not fit'],
    ['a MAC that is none', () => change(/mac: "?ENC.*"?$/m, 'mac: none'), 'its MAC does not fit'],
    ['no part of SOPS', () => change(/^sops:[\s\S]*$/m, ''), 'was not encrypted by SOPS'],
    ['no recipient of age', () => change(/^ {2}age:[\s\S]*?(?= {2}lastmodified)/m, ''), 'no age recipient'],
    ['something else', () => writeFileSync(file(), `a: [${babble}`), 'neither YAML nor JSON'],
    ['a list', () => writeFileSync(file(), `[${babble}]`), 'no map'],
    ['nothing', () => rmSync(file()), 'cannot be read (ENOENT)'],
  ])('with %s is refused', async (_what, spoil, says) => {
    spoil();
    const error = await failureOf(ask(open(), 'token'));
    expect(error).toMatchObject({ code: 'secret_source_refused', message: expect.stringContaining(says) });
    expectDiscreet(error);
  });

  it('whose MAC is over what is encrypted alone may have other values in clear', async () => {
    const recipient = String(peer.environment.SOPS_AGE_KEY).split('\n')[0]?.slice('# public key: '.length) ?? '';
    const tree = await writeSops({ token: value }, recipient, { onlyEncrypted: true });
    writeFileSync(file(), stringify({ ...tree, public: 'changed by anybody' }));
    expect(await ask(open(), 'token')).toBe(value);
    writeFileSync(file(), stringify({ ...tree, sops: { ...(tree.sops as object), mac_only_encrypted: false } }));
    expect((await failureOf(ask(open(), 'token'))).message).toContain('its MAC does not fit');
  });

  it('is not opened by the key of another, nor by what is no key', async () => {
    const other = await sopsPeer(mkdtempSync(join(folder, 'other-')));
    peer = { ...peer, environment: other.environment };
    expect((await failureOf(ask(open(), 'token'))).message).toContain('the age key does not open the file');
    peer = { ...peer, environment: { SOPS_AGE_KEY: 'AGE-SECRET-KEY-1WRONG' } };
    const wrong = await failureOf(ask(open(), 'token'));
    expect(wrong.message).toContain('the age key is none');
    expect(wrong.message).not.toContain('1WRONG');
  });
});
