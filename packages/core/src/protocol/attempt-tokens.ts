// How an attempt shows the API which it is: `mra_PAYLOAD_MAC`, both base64url. Whoever holds the attempt signs (its worker); the
// server checks the signature, the expiry, and whether just this worker holds just this attempt at that moment. Nothing is stored, and
// nobody is asked before the attempt begins.
//
//   payload  worker/run/step/item/iteration/attempt/until        `until` in milliseconds since the epoch
//   key      HMAC-SHA256(what both sides have, label)            of a joined worker the hash of its token, else the shared token
//   mac      HMAC-SHA256(key, `mra_PAYLOAD`)
//
// What is made of bytes here is made where there is node:crypto: this is the text on both sides of it.
import { runId, type WorkerId, workerId } from '../values/ids.ts';
import type { AttemptRef } from './worker-protocol.ts';

export type AttemptClaims = Readonly<{
  worker: WorkerId;
  ref: AttemptRef;
  /** Milliseconds since the epoch, by the clock of the worker. */
  until: number;
}>;

/** What a signing key is made for, so that it is good for nothing else. */
export const attemptKeyLabel = 'millrace attempt token 1';

/** No token is good for longer, however long its attempt takes. */
export const longestAttemptTokenMs = 24 * 60 * 60 * 1_000;

const tokenPattern = /^(mra_([A-Za-z0-9_-]{1,1000}))_([A-Za-z0-9_-]{43})$/;
const claimsPattern = /^([^/]{1,200})\/(\d{1,18})\/(\d{1,9})\/(-1|\d{1,9})\/(\d{1,9})\/(\d{1,9})\/(\d{1,15})$/;

/** Whether it is meant as the token of an attempt, good or not. */
export const isAttemptToken = (text: string): boolean => text.startsWith('mra_');

/** `signed` is what the signature is of; null: it does not look like one. */
export function readAttemptToken(text: string): Readonly<{ signed: string; payload: string; mac: string }> | null {
  const [, signed, payload, mac] = tokenPattern.exec(text) ?? [];
  return signed === undefined || payload === undefined || mac === undefined ? null : { signed, payload, mac };
}

export const writeAttemptClaims = ({ worker, ref, until }: AttemptClaims): string =>
  [worker, ref.run, ref.step, ref.item, ref.iteration, ref.attempt, until].join('/');

/** null: these are none. */
export function readAttemptClaims(text: string): AttemptClaims | null {
  const [, worker, run, step, item, iteration, attempt, until] = claimsPattern.exec(text) ?? [];
  if (worker === undefined || run === undefined) return null;
  const ref = {
    run: runId(run),
    step: Number(step),
    item: Number(item),
    iteration: Number(iteration),
    attempt: Number(attempt),
  };
  return { worker: workerId(worker), ref, until: Number(until) };
}
