// Whose token of an attempt it is (core's attempt-tokens.ts). Three things must be true, at each request:
//
//   signed     with the key of the worker that the token names, so that no worker speaks for an attempt of another one
//   not over   by its expiry, with some leeway for clocks that differ
//   live       just that worker holds just that attempt now, by the store; and the step of the run's plan asks for the API
//
// So the token ends with the attempt, however that ends, and with a worker that is revoked or lost.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AttemptClaims, attemptKeyLabel, joinedOf, readAttemptClaims, readAttemptToken } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { JoinStore } from '../ports/join-store.ts';
import type { WorkStore } from '../ports/work-store.ts';
import type { ShownAttempt } from './actor.ts';

export type AttemptParts = Readonly<{
  joins: Pick<JoinStore, 'hashesOf'>;
  work: Pick<WorkStore, 'originOfHeld' | 'heldBy'>;
  plans: Pick<PlanCache, 'get'>;
  clock: Clock;
}>;

export type IdentifyAttempt = Readonly<{
  /** `keys`: with which workers may sign that have no token of their own. null: it is not good (any more). */
  shown(token: string, keys: readonly Uint8Array[]): Promise<ShownAttempt | null>;
  /** Of one that was good: whether it still is. */
  isLive(claims: AttemptClaims): Promise<boolean>;
}>;

/** How far the clocks of workers may be from that of the store. The end of the attempt does not depend on them. */
const leewayMs = 5 * 60_000;

/** The key for tokens of attempts, made of what worker and server both have. */
export const attemptKeyOf = (shared: string): Uint8Array =>
  createHmac('sha256', shared).update(attemptKeyLabel).digest();

export function createIdentifyAttempt({ joins, work, plans, clock }: AttemptParts): IdentifyAttempt {
  const isOver = ({ until }: AttemptClaims): boolean => until + leewayMs <= clock.now();

  async function isSigned(signed: string, mac: string, claims: AttemptClaims, keys: readonly Uint8Array[]) {
    const joined = joinedOf(claims.worker);
    if (joined === null) return keys.some((key) => isMacOf(key, signed, mac));
    const hashes = await joins.hashesOf(joined);
    if (hashes === null) return false;
    if (isMacOf(attemptKeyOf(hashes.hash), signed, mac)) return true;
    const { previous } = hashes;
    if (previous === null || !isMacOf(attemptKeyOf(previous.hash), signed, mac)) return false;
    // An attempt goes on when its worker gets a new token; with the old one, nobody signs for attempts that began later.
    return previous.until > clock.now() || (await beganBefore(previous.until, claims));
  }

  async function beganBefore(time: number, { worker, ref }: AttemptClaims): Promise<boolean> {
    const held = await work.heldBy(worker);
    const found = held.find(
      ({ origin, work: { step, item, iteration, attempt } }) =>
        origin.id === ref.run &&
        step === ref.step &&
        item === ref.item &&
        iteration === ref.iteration &&
        attempt === ref.attempt,
    );
    return found !== undefined && found.work.leasedAt !== null && found.work.leasedAt < time;
  }

  return {
    async shown(token, keys) {
      const parts = readAttemptToken(token);
      const claims = parts === null ? null : readAttemptClaims(Buffer.from(parts.payload, 'base64url').toString());
      if (parts === null || claims === null || isOver(claims)) return null;
      if (!(await isSigned(parts.signed, parts.mac, claims, keys))) return null;
      const origin = await work.originOfHeld(claims.worker, claims.ref);
      if (origin === null) return null;
      const { plan: step } = (await plans.get(origin.plan)).step(claims.ref.step);
      return step.api === true ? { claims, workspace: origin.workspace, step: step.name } : null;
    },
    async isLive(claims) {
      if (isOver(claims)) return false;
      const joined = joinedOf(claims.worker);
      if (joined !== null && (await joins.hashesOf(joined)) === null) return false;
      return (await work.originOfHeld(claims.worker, claims.ref)) !== null;
    },
  };
}

/** In a time that tells nothing of what the right one is. */
function isMacOf(key: Uint8Array, signed: string, mac: string): boolean {
  const expected = Buffer.from(createHmac('sha256', key).update(signed).digest('base64url'));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
