// Our client of AWS against servers and a client of others: moto, which checks what we sign as botocore does, and boto3.
import { randomBytes } from 'node:crypto';
import type { Json } from '@millrace/core';
import { loadServerConfig } from '@millrace/definition';
import { parseSecretKeys } from '@millrace/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Moto, startMoto, whyNoMoto } from '../testkit/moto.ts';
import { createSecretSources } from './create-secret-sources.ts';
import { createSecretKeys } from './keys/create-secret-keys.ts';

// A skipped test says nothing, so this does.
if (whyNoMoto !== null) console.warn(`${whyNoMoto} The tests of AWS by moto are skipped.`);

const value = 'hunter2 "ä"/+\nsecond line';
const key = randomBytes(32);
const [expectedKey] = parseSecretKeys(key.toString('base64'), 'the key');
const context = { app: 'millrace' };

let moto: Moto;
let admin: Readonly<Record<string, string>>;
/** May read secrets whose names do not begin with `closed-`, and decrypt. */
let server: Readonly<Record<string, string>>;

const policy = (...statements: readonly (readonly [effect: string, actions: readonly string[], resource: string])[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(([Effect, Action, Resource]) => ({ Effect, Action, Resource })),
  });

const keysIn = (answer: unknown): Readonly<Record<string, string>> => {
  const { AccessKey } = answer as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
  return { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
};

function load(section: Readonly<Record<string, Json>>) {
  const { config, diagnostics } = loadServerConfig({ path: 'millrace.yaml', text: JSON.stringify(section) });
  expect(diagnostics).toEqual([]);
  if (config === null) throw new Error('It is right.');
  return config;
}

const ask = async (name: string, environment = server, more: Readonly<Record<string, Json>> = {}) => {
  const written = { type: 'aws', region: moto.region, endpoint: moto.url, cache: '0s', ...more };
  const { secretSources } = load({ secret_sources: { amazon: written } });
  return createSecretSources(secretSources, { environment })[0]?.resolve({ workspace: 'main', name });
};
const unwrap = async (wrapped: Json | undefined, more: Readonly<Record<string, Json>> = {}) => {
  const written = { type: 'aws', region: moto.region, endpoint: moto.url, key: 'alias/millrace', ...more };
  const { secretKeys } = load({ secret_keys: { k: { ...written, wrapped: String(wrapped) } } });
  return createSecretKeys(secretKeys, { environment: server })();
};

describe.skipIf(whyNoMoto !== null)('AWS, as moto plays it', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    moto = await startMoto(6);
    const read = ['secretsmanager:GetSecretValue', 'kms:Decrypt'];
    const answers = await moto.call([
      ['iam', 'create_user', { UserName: 'admin' }],
      [
        'iam',
        'put_user_policy',
        { UserName: 'admin', PolicyName: 'all', PolicyDocument: policy(['Allow', ['*'], '*']) },
      ],
      ['iam', 'create_access_key', { UserName: 'admin' }],
      ['iam', 'create_user', { UserName: 'server' }],
      [
        'iam',
        'put_user_policy',
        { UserName: 'server', PolicyName: 'read', PolicyDocument: policy(['Allow', read, '*']) },
      ],
      ['iam', 'create_access_key', { UserName: 'server' }],
    ]);
    admin = keysIn(answers[2]);
    server = keysIn(answers[5]);
  }, 120_000);
  afterAll(() => moto?.stop());

  it('gives secrets that boto3 made: texts, fields, bytes, the current version, and nothing where none is', async () => {
    await moto.call(
      [
        ['secretsmanager', 'create_secret', { Name: 'prod/token', SecretString: value }],
        [
          'secretsmanager',
          'create_secret',
          { Name: 'db', SecretString: JSON.stringify({ user: 'etl', password: value }) },
        ],
        [
          'secretsmanager',
          'create_secret',
          { Name: 'bytes', SecretBinary: { base64: Buffer.from(value).toString('base64') } },
        ],
        ['secretsmanager', 'create_secret', { Name: 'changed', SecretString: 'the first value' }],
        ['secretsmanager', 'put_secret_value', { SecretId: 'changed', SecretString: 'the second value' }],
      ],
      admin,
    );
    expect(await ask('token', server, { key: 'prod/{name}' })).toBe(value);
    expect(await ask('db_password', server, { names: { db_password: { key: 'db', field: 'password' } } })).toBe(value);
    expect(await ask('bytes')).toBe(value);
    expect(await ask('changed')).toBe('the second value');
    expect(await ask('nowhere')).toBeNull();
  });

  it('refuses who signs with another key, and who may not, and says so', async () => {
    const wrong = { ...server, AWS_SECRET_ACCESS_KEY: 'not-the-key-of-this-user' };
    await expect(ask('bytes', wrong)).rejects.toMatchObject({
      code: 'secret_source_refused',
      message: expect.stringContaining('it answered 403'),
    });
    const [, , answer] = await moto.call(
      [
        ['iam', 'create_user', { UserName: 'other' }],
        [
          'iam',
          'put_user_policy',
          { UserName: 'other', PolicyName: 'no', PolicyDocument: policy(['Allow', ['kms:Decrypt'], '*']) },
        ],
        ['iam', 'create_access_key', { UserName: 'other' }],
      ],
      admin,
    );
    await expect(ask('bytes', keysIn(answer))).rejects.toMatchObject({
      code: 'secret_source_refused',
      message: expect.stringContaining('it answered 403'),
      hint: expect.stringContaining('secretsmanager:GetSecretValue'),
    });
  });

  it('unwraps keys that boto3 wrapped, in their context, and no others', async () => {
    const plain = { base64: key.toString('base64') };
    const [created] = await moto.call([['kms', 'create_key', {}]], admin);
    const idOf = (answer: unknown) => (answer as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId;
    const answers = await moto.call(
      [
        ['kms', 'create_alias', { AliasName: 'alias/millrace', TargetKeyId: idOf(created) }],
        ['kms', 'encrypt', { KeyId: 'alias/millrace', Plaintext: plain }],
        ['kms', 'encrypt', { KeyId: 'alias/millrace', Plaintext: plain, EncryptionContext: context }],
        ['kms', 'generate_data_key', { KeyId: 'alias/millrace', KeySpec: 'AES_256' }],
      ],
      admin,
    );
    const [, wrapped, bound, made] = answers.map((answer) => answer.CiphertextBlob);
    expect(await unwrap(wrapped)).toEqual([expectedKey]);
    expect(await unwrap(bound, { context })).toEqual([expectedKey]);
    expect(await unwrap(made)).toEqual(parseSecretKeys(String(answers[3]?.Plaintext), 'the data key'));
    const refused = { code: 'secret_source_refused', hint: expect.stringContaining('kms:Decrypt') };
    await expect(unwrap(bound)).rejects.toMatchObject(refused);
    await expect(unwrap(bound, { context: { app: 'other' } })).rejects.toMatchObject(refused);
  });
});
