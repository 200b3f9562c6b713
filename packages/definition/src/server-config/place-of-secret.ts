import type { SecretPlace } from './server-config.ts';

/** Of two keys of which exactly one is given. */
export function placeOfSecret(env: string | undefined, file: string | undefined): SecretPlace {
  return env === undefined ? { file: file ?? '' } : { env };
}
