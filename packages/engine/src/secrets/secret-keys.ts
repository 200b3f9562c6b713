import { createHash } from 'node:crypto';
import { MillraceError } from '@millrace/core';

/** A key that seals secrets. Its id is no secret: it says which key opens an envelope. */
export type SecretKey = Readonly<{ id: string; bytes: Uint8Array }>;

const keyBytes = 32;

/**
 * Reads keys: 32 bytes each, as base64 or as 64 hexadecimal digits, on lines of their own or with commas between. The first
 * seals; all of them open. `where` names the text in errors, which never have a key in them. Throws `configuration`.
 */
export function parseSecretKeys(text: string, where: string): readonly SecretKey[] {
  const written = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (written.length === 0) throw wrongKey(`${where} holds no key.`);
  return written.map((key, index) => {
    const bytes = decode(key);
    if (bytes.length !== keyBytes) throw wrongKey(`Key ${index + 1} of ${where} is not one of ${keyBytes} bytes.`);
    return { id: idOf(bytes), bytes };
  });
}

const decode = (key: string): Buffer =>
  /^[0-9a-fA-F]{64}$/.test(key)
    ? Buffer.from(key, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(key)
      ? Buffer.from(key, 'base64')
      : Buffer.alloc(0);

const idOf = (bytes: Uint8Array): string =>
  createHash('sha256').update('millrace secret key\0').update(bytes).digest('hex').slice(0, 12);

const wrongKey = (message: string): MillraceError =>
  new MillraceError('configuration', message, {
    hint: 'Make one with `openssl rand -base64 32`. A new key goes before the old ones, which stay until `millrace secret rotate`.',
  });
