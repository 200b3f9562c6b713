// How a secret is stored: AES-256-GCM under a key that the database never sees.
//
//   v1.<nonce>.<ciphertext and tag>      both base64url; the nonce has 12 random bytes, the tag 16
//
// The additional data are workspace, name and key id, so that an envelope opens only where it was made: whoever can write
// rows cannot hand the secret of one workspace to another. A key seals few secrets, far from the 2^32 that random nonces allow.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MillraceError } from '@millrace/core';
import type { StoredSecret } from '../ports/secret-store.ts';
import type { SecretKey } from './secret-keys.ts';

type SecretName = Readonly<{ workspace: string; name: string }>;

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export function sealSecret(key: SecretKey, { workspace, name }: SecretName, value: string) {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key.bytes, nonce, { authTagLength: tagBytes });
  sealing.setAAD(boundTo({ workspace, name }, key.id));
  const sealed = Buffer.concat([sealing.update(value, 'utf8'), sealing.final(), sealing.getAuthTag()]);
  return { keyId: key.id, envelope: `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}` };
}

/** Codes: secret_unreadable (no such key, or not what was sealed). */
export function openSecret(keys: readonly SecretKey[], secret: StoredSecret): string {
  const { workspace, name, keyId, envelope } = secret;
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) {
    throw new MillraceError(
      'secret_unreadable',
      `Secret ${name} of workspace ${workspace} is sealed with key ${keyId}.`,
      {
        hint: 'This server does not have that key: give it back (MILLRACE_SECRETS_KEY, --secrets-key-file), or set the secret anew.',
      },
    );
  }
  const [version, nonce, sealed] = envelope.split('.');
  try {
    if (version !== 'v1') throw new Error(`unknown version ${version}`);
    const bytes = Buffer.from(sealed ?? '', 'base64url');
    const opening = createDecipheriv(cipher, key.bytes, Buffer.from(nonce ?? '', 'base64url'), {
      authTagLength: tagBytes,
    });
    opening.setAAD(boundTo({ workspace, name }, keyId));
    opening.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(0, -tagBytes)), opening.final()]).toString('utf8');
  } catch (cause) {
    throw new MillraceError(
      'secret_unreadable',
      `Secret ${name} of workspace ${workspace} was changed where it is stored.`,
      {
        hint: 'Set it anew: millrace secret set. If nobody restored the database in parts, find out who changed the row.',
        cause,
      },
    );
  }
}

const boundTo = ({ workspace, name }: SecretName, keyId: string): Buffer =>
  Buffer.from(JSON.stringify(['millrace secret', workspace, name, keyId]));
