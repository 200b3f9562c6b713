import { createHash, randomBytes, randomInt } from 'node:crypto';

/** A secret of 256 random bits. Nobody can guess it, so a plain hash of it is safe to store and quick to look up. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Letters that are told apart when they are read aloud or typed, and make no words (RFC 8628, 6.1). */
const codeLetters = 'BCDFGHJKLMNPQRSTVWXZ';

/** `WDJB-MJHT`: what a person copies from one screen to another. */
export const newLoginCode = (): string =>
  Array.from({ length: 8 }, (_, index) => (index === 4 ? '-' : '') + codeLetters[randomInt(codeLetters.length)]).join(
    '',
  );

/** A token as it is; what was typed without regard to how. */
export function readLoginCode(text: string): string {
  if (/^[\w-]{43}$/.test(text)) return text;
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** What an API key looks like: its id, which is shown in lists, and its secret. The prefix lets scanners of code find it. */
const apiKeyPattern = /^mrk_([A-Za-z0-9]{10})_([A-Za-z0-9_-]{43})$/;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function newApiKey(): Readonly<{ id: string; key: string; hash: string }> {
  const { id, text, hash } = newNamedToken('mrk');
  return { id, key: text, hash };
}

/** A token whose id is shown. */
export function newNamedToken(prefix: 'mrk' | 'mrj'): Readonly<{ id: string; text: string; hash: string }> {
  const id = [...randomBytes(10)].map((byte) => letters[byte % letters.length]).join('');
  const secret = newToken();
  return { id, text: `${prefix}_${id}_${secret}`, hash: hashToken(secret) };
}

/** The parts of a text that looks like an API key; null: it does not. */
export function readApiKey(text: string): Readonly<{ id: string; hash: string }> | null {
  const [, id, secret] = apiKeyPattern.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, hash: hashToken(secret) };
}
