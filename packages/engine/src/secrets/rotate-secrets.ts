import type { MillraceError } from '@millrace/core';
import type { SecretStore } from '../ports/secret-store.ts';
import type { ReadSecretKeys } from './find-secret.ts';
import { openSecret, sealSecret } from './seal-secret.ts';

export type Rotation = Readonly<{
  /** The key that all secrets are sealed with now. */
  keyId: string;
  /** How many were sealed with another one until now. */
  resealed: number;
  /** How many there are. */
  total: number;
}>;

/**
 * Seals every stored secret with the first key. Several servers may do so at once, and secrets may be set meanwhile: what
 * somebody changed since it was read is left as he made it, and looked at again.
 */
export function createRotateSecrets(store: SecretStore, keys: ReadSecretKeys, noKey: () => MillraceError) {
  return async (): Promise<Rotation> => {
    const known = await keys();
    const [key] = known;
    if (key === undefined) throw noKey();
    let resealed = 0;
    for (;;) {
      const all = await store.list(null);
      const old = all.filter(({ keyId }) => keyId !== key.id);
      if (old.length === 0) return { keyId: key.id, resealed, total: all.length };
      for (const secret of old) {
        if (await store.reseal(secret, sealSecret(key, secret, openSecret(known, secret)))) resealed += 1;
      }
    }
  };
}
