import { sha256 as sha256OfBytes } from '@millrace/expression';

/** The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits. Used for identities, never for secrets. */
export const sha256 = (text: string): string => sha256OfBytes(new TextEncoder().encode(text));
