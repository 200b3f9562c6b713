import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '@millrace/core';
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { stringify } from 'yaml';
import type { StartPeer } from '../secret-peer.ts';

/** Encrypts a map as SOPS does for one age recipient, by the description of its format. */
export async function writeSops(
  tree: JsonObject,
  recipient: string,
  { onlyEncrypted = false }: Readonly<{ onlyEncrypted?: boolean }> = {},
): Promise<JsonObject> {
  const key = randomBytes(32);
  const digest = createHash('sha512');
  if (onlyEncrypted) digest.update(createHash('sha256').update('sops').digest());
  const seal = (text: string, type: string, boundTo: string): string => {
    const iv = randomBytes(32);
    const sealing = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
    sealing.setAAD(Buffer.from(boundTo));
    const data = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]).toString('base64');
    return `ENC[AES256_GCM,data:${data},iv:${iv.toString('base64')},tag:${sealing.getAuthTag().toString('base64')},type:${type}]`;
  };
  const below = (value: Json, path: readonly string[]): Json => {
    if (value === null) return null;
    if (Array.isArray(value)) return value.map((inner: Json) => below(inner, path));
    if (typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, below(inner as Json, [...path, name])]),
      );
    }
    const text = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
    digest.update(text);
    const type = { string: 'str', boolean: 'bool', number: 'int' }[typeof value as 'string' | 'boolean' | 'number'];
    return text === ''
      ? ''
      : seal(text, Number.isInteger(value) || type !== 'int' ? type : 'float', `${path.join(':')}:`);
  };
  const sealed = below(tree, []) as JsonObject;
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const lastmodified = '2026-11-26T12:00:00Z';
  return {
    ...sealed,
    sops: {
      age: [{ recipient, enc: armor.encode(await encrypter.encrypt(key)) }],
      lastmodified,
      mac: seal(digest.digest('hex').toUpperCase(), 'str', lastmodified),
      unencrypted_suffix: '_unencrypted',
      ...(onlyEncrypted ? { mac_only_encrypted: true } : {}),
      version: '3.10.2',
    },
  };
}

/** A file in the form of SOPS, encrypted anew for each secret that is put into it. */
export const sopsPeer: StartPeer = async (folder) => {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const file = join(folder, 'secrets.enc.yaml');
  let tree: JsonObject = { other: 'something', numbers: [1, 2.5], flag: true, empty: '', none: null };
  const write = async () => writeFileSync(file, stringify(await writeSops(tree, recipient)));
  await write();
  return {
    written: { type: 'sops', file, age_key_env: 'SOPS_AGE_KEY' },
    environment: { SOPS_AGE_KEY: `# public key: ${recipient}\n${identity}` },
    credentials: [identity],
    async put(key, value) {
      tree = { ...tree, [key]: value };
      await write();
    },
    keys: null,
    server: null,
    stop: async () => {},
  };
};
