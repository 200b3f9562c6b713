import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a key of a service does with the keys of others: AES-256-GCM, bound to a context, as KMS and transit engines do it. */
export function createWrapping() {
  const own = randomBytes(32);
  return {
    wrap(key: Uint8Array, context = ''): Buffer {
      const nonce = randomBytes(12);
      const sealing = createCipheriv('aes-256-gcm', own, nonce);
      sealing.setAAD(Buffer.from(context));
      return Buffer.concat([nonce, sealing.update(key), sealing.final(), sealing.getAuthTag()]);
    },
    /** null: this key has not wrapped it, or not in this context. */
    unwrap(wrapped: Buffer, context = ''): Buffer | null {
      if (wrapped.length < 12 + 16) return null;
      const opening = createDecipheriv('aes-256-gcm', own, wrapped.subarray(0, 12));
      opening.setAAD(Buffer.from(context));
      opening.setAuthTag(wrapped.subarray(-16));
      try {
        return Buffer.concat([opening.update(wrapped.subarray(12, -16)), opening.final()]);
      } catch {
        return null;
      }
    },
  };
}
