import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { StoredSecret } from '../ports/index.ts';
import { openSecret, sealSecret } from './seal-secret.ts';
import { parseSecretKeys } from './secret-keys.ts';

const [key, other] = parseSecretKeys(
  `# of November\n${randomBytes(32).toString('base64')}\n\n${randomBytes(32).toString('hex')}\n`,
  'The key file',
);
if (key === undefined || other === undefined) throw new Error('There are two keys.');

const sealed = (value: string): StoredSecret => ({
  workspace: 'shop',
  name: 'token',
  updatedAt: 0,
  updatedBy: 'ada',
  ...sealSecret(key, { workspace: 'shop', name: 'token' }, value),
});

it('a secret comes back as it was sealed, and no two envelopes are the same', () => {
  const value = 'hunter2 \u0000 ä\n';
  expect(openSecret([other, key], sealed(value))).toBe(value);
  expect(sealed(value).envelope).not.toBe(sealed(value).envelope);
  expect(sealed(value).envelope).not.toContain(Buffer.from('hunter2').toString('base64url').slice(0, 8));
  expect(openSecret([key], sealed(''))).toBe('');
});

it('an envelope opens only where it was made, unchanged, and with its key', () => {
  const secret = sealed('hunter2');
  const [version = '', nonce = '', text = ''] = secret.envelope.split('.');
  const flip = (encoded: string): string => {
    const bytes = Buffer.from(encoded, 'base64url');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes.toString('base64url');
  };
  for (const changed of [
    { workspace: 'lab' },
    { name: 'other' },
    { envelope: [version, flip(nonce), text].join('.') },
    { envelope: [version, nonce, flip(text)].join('.') },
    { envelope: [version, nonce, text.slice(0, 20)].join('.') },
    { envelope: ['v2', nonce, text].join('.') },
    { envelope: '' },
    { keyId: other.id },
  ]) {
    expect(() => openSecret([key, other], { ...secret, ...changed }), JSON.stringify(changed)).toThrow(
      expect.objectContaining({ code: 'secret_unreadable', message: expect.not.stringContaining('hunter2') }),
    );
  }
  expect(() => openSecret([other], secret)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(key.id) }),
  );
});

it.each(['', '# only a remark', 'hunter2', randomBytes(16).toString('base64'), `${'ab'.repeat(31)}`])(
  'what is no key is refused, without a word of it: %j',
  (text) => {
    const parse = () => parseSecretKeys(text, 'The key file k');
    expect(parse).toThrow(expect.objectContaining({ code: 'configuration', hint: expect.stringContaining('openssl') }));
    if (text.length > 10)
      expect(parse).toThrow(expect.objectContaining({ message: expect.not.stringContaining(text) }));
  },
);
