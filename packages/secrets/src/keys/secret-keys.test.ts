// One suite for all services that unwrap keys: fakes that follow the documented protocols and really wrap, and programs.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, MillraceError } from '@millrace/core';
import { loadServerConfig } from '@millrace/definition';
import { parseSecretKeys } from '@millrace/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  awsPeer,
  azurePeer,
  babble,
  gcpPeer,
  type KeyPeer,
  type SecretPeer,
  type StartPeer,
  type Trouble,
  vaultPeer,
} from '../../testkit/index.ts';
import { createSecretKeys } from './create-secret-keys.ts';

const services: Readonly<Record<string, StartPeer>> = {
  aws: awsPeer,
  'vault by token': vaultPeer('token'),
  'vault by AppRole': vaultPeer('approle'),
  gcp: gcpPeer,
  azure: azurePeer,
};

const key = randomBytes(32);
const [expected] = parseSecretKeys(key.toString('base64'), 'the key');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As a server has them that reads `millrace.yaml`. */
function open(written: Readonly<Record<string, Json>>, environment: Readonly<Record<string, string>> = {}) {
  const { config, diagnostics } = loadServerConfig({
    path: 'millrace.yaml',
    text: JSON.stringify({ secret_keys: written }),
  });
  expect(diagnostics).toEqual([]);
  return createSecretKeys(config?.secretKeys ?? [], { environment, now: () => 0 });
}

async function failureOf(asking: Promise<unknown>): Promise<MillraceError> {
  const error = await asking.then(
    () => null,
    (cause: MillraceError) => cause,
  );
  if (error === null) throw new Error('It should have failed.');
  return error;
}

const told = (error: MillraceError): string =>
  JSON.stringify([error.message, error.hint, error.details, String(error.cause), error.stack]);

describe.each(Object.entries(services))('%s', (_name, start) => {
  let peer: SecretPeer;
  let keys: KeyPeer;
  beforeEach(async () => {
    peer = await start(folder);
    if (peer.keys === null) throw new Error('It wraps keys.');
    keys = peer.keys;
  });
  afterEach(() => peer.stop());

  const opened = (more: Readonly<Record<string, Json>>) => open({ k: { ...keys.written, ...more } }, peer.environment);

  it('gives the key that it has wrapped, also one that was wrapped as a text, or stands in a file', async () => {
    expect(await opened({ wrapped: keys.wrap(key) })()).toEqual([expected]);
    const texts = [key.toString('base64'), `${key.toString('hex')}\n`];
    for (const text of texts) expect(await opened({ wrapped: keys.wrap(Buffer.from(text)) })()).toEqual([expected]);
    writeFileSync(join(folder, 'wrapped'), `${keys.wrap(key)}\n`);
    expect(await opened({ wrapped_file: join(folder, 'wrapped') })()).toEqual([expected]);
  });

  it('is asked once, by all who want it at once, and may be away afterwards', async () => {
    const read = opened({ wrapped: keys.wrap(key) });
    await Promise.all([read(), read()]);
    const requests = peer.server?.requests();
    peer.server?.trouble('away');
    expect(await read()).toEqual([expected]);
    expect(peer.server?.requests()).toBe(requests);
  });

  it.each<Trouble>(['away', 'silent', 'failing'])(
    'that is %s at first is asked again, until it is there',
    async (now) => {
      const read = opened({ wrapped: keys.wrap(key), timeout: now === 'silent' ? '1s' : '6s' });
      peer.server?.trouble(now);
      const error = await failureOf(read());
      expect(error).toMatchObject({ code: 'secret_source_unavailable', retryable: true, details: { source: 'k' } });
      expect(error.message).toMatch(/^The key k of stored secrets cannot be unwrapped by /);
      peer.server?.trouble(null);
      expect(await read()).toEqual([expected]);
    },
  );

  it.each<Trouble>(['refusing', 'babbling'])(
    'that is %s says why and what to do, and nothing that is secret',
    async (now) => {
      const read = opened({ wrapped: keys.wrap(key) });
      peer.server?.trouble(now);
      const error = await failureOf(read());
      expect(error).toMatchObject({ code: 'secret_source_refused', hint: expect.stringMatching(/.{20}/) });
      for (const secret of [...peer.credentials, babble]) expect(told(error)).not.toContain(secret);
    },
  );

  it('does not open what another key has wrapped, and a key that is none is refused', async () => {
    const other = await start(mkdtempSync(join(folder, 'other-')));
    const foreign = other.keys?.wrap(key) ?? '';
    await other.stop();
    expect(await failureOf(opened({ wrapped: foreign })())).toMatchObject({ code: 'secret_source_refused' });
    for (const bytes of [randomBytes(16), Buffer.from(`${key.toString('base64')},${key.toString('base64')}`)]) {
      const error = await failureOf(opened({ wrapped: keys.wrap(bytes) })());
      expect(error).toMatchObject({ code: 'configuration' });
      expect(told(error)).not.toContain(key.toString('base64'));
    }
  });
});

describe('a program', () => {
  const program = (code: string, more: Readonly<Record<string, Json>> = {}) =>
    open({ k: { type: 'exec', command: [process.execPath, '-e', code], wrapped: 'wrapped-key', ...more } }, { A: 'b' });

  it('gets the wrapped key and the environment, and gives the key', async () => {
    const code = `
      let text = '';
      process.stdin.on('data', (piece) => { text += piece; }).on('end', () => {
        const isRight = text === 'wrapped-key\\n' && process.env.A === 'b';
        console.log(isRight ? '${key.toString('hex')}' : 'no');
      });`;
    expect(await program(code)()).toEqual([expected]);
    expect(await program(`console.log('${key.toString('base64')}')`)()).toEqual([expected]);
  });

  it.each([
    ['process.exit(75)', 'secret_source_unavailable', 'it ended with 75.'],
    ['process.exit(3)', 'secret_source_refused', 'it ended with 3.'],
    ['process.kill(process.pid, 15)', 'secret_source_refused', 'it ended with SIGTERM.'],
    ['console.log("hunter2")', 'configuration', 'is not one of 32 bytes'],
    ['', 'configuration', 'holds no key'],
    ['setInterval(() => {}, 1000)', 'secret_source_unavailable', 'it did not end within 300 ms.'],
  ])('%s: %s', async (code, expectedCode, message) => {
    const error = await failureOf(program(code, code.startsWith('setInterval') ? { timeout: '300ms' } : {})());
    expect(error).toMatchObject({ code: expectedCode, message: expect.stringContaining(message) });
    expect(told(error)).not.toContain('hunter2');
  });

  it('that is not there is told', async () => {
    const read = open({ k: { type: 'exec', command: ['/nowhere/unwrap'], wrapped: 'x' } });
    expect(await failureOf(read())).toMatchObject({
      code: 'secret_source_refused',
      message:
        'The key k of stored secrets cannot be unwrapped by the program /nowhere/unwrap: it cannot be started (ENOENT).',
    });
  });
});

it('several keys come in the order of the configuration, all of them or none', async () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const echo = (bytes: Buffer) => ({ type: 'exec', command: ['cat'], wrapped: bytes.toString('base64') });
  const keys = await open({ new: echo(first), old: echo(second) })();
  expect(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual([
    first.toString('hex'),
    second.toString('hex'),
  ]);
  const away = { type: 'exec', command: ['sh', '-c', 'exit 75'], wrapped: 'x' };
  expect(await failureOf(open({ new: echo(first), old: away })())).toMatchObject({ details: { source: 'old' } });
});
