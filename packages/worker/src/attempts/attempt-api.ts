// Lets an attempt call the API: a token that says which attempt it is, signed when it begins (core's attempt-tokens.ts).
import { createHash, createHmac } from 'node:crypto';
import {
  type Assignment,
  attemptKeyLabel,
  longestAttemptTokenMs,
  readWorkerToken,
  type WorkerId,
  writeAttemptClaims,
} from '@millrace/core';
import type { ApiAccess } from '../worker.ts';
import { refOf } from './attempt-key.ts';

/** `secrets`: what nobody may see of it. */
type OpenApi = Readonly<{ url: string; token: string; secrets: readonly string[] }>;
export type OpenAttemptApi = (assignment: Assignment) => OpenApi;

export function createOpenAttemptApi(
  { url, signingKey }: ApiAccess,
  worker: WorkerId,
  clock: () => number,
): OpenAttemptApi {
  return (assignment) => {
    const lifeMs = Math.min(assignment.timeoutMs ?? longestAttemptTokenMs, longestAttemptTokenMs);
    const claims = writeAttemptClaims({ worker, ref: refOf(assignment), until: Math.ceil(clock() + lifeMs) });
    const signed = `mra_${Buffer.from(claims).toString('base64url')}`;
    const mac = createHmac('sha256', signingKey()).update(signed).digest('base64url');
    const token = `${signed}_${mac}`;
    // Whoever has the signature alone can put the rest before it.
    return { url, token, secrets: [token, mac] };
  };
}

/** The key for tokens of attempts, made of what worker and server both have. */
export const attemptKeyOf = (shared: string): Uint8Array =>
  createHmac('sha256', shared).update(attemptKeyLabel).digest();

/** Of a worker that joined: its server has nothing of its token but the hash. */
export function attemptKeyOfWorkerToken(token: string): Uint8Array {
  const secret = readWorkerToken(token)?.secret;
  if (secret === undefined) throw new TypeError('This is no token of a worker.');
  return attemptKeyOf(createHash('sha256').update(secret).digest('base64url'));
}
