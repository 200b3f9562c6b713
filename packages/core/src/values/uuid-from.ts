import { hash32 } from '../run/hash32.ts';

/** A UUID (version 8: made by the application) that the same seed makes again. */
export function uuidFrom(seed: string): string {
  const hex = [0, 1, 2, 3].map((part) => hash32(seed, part).toString(16).padStart(8, '0')).join('');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
