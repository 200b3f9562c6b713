import type { Actor } from '@millrace/engine';

/**
 * Who did something, for those who look at it later: the account that calls. Where nobody signs in, callers say it
 * themselves (`given`); an account cannot speak for another one.
 */
export const callerName = ({ kind, name }: Actor, given: string): string =>
  kind === 'local' || kind === 'token' ? given : name;

/**
 * What a run's trigger, or an event's source, says of the account that it came from, first of all; of an attempt, its run and
 * step; nothing where nobody signs in.
 */
export function accountOf({ kind, name, attempt }: Actor): Readonly<{ account?: string; run?: string; step?: string }> {
  if (attempt !== null) return { run: attempt.claims.ref.run, step: attempt.step };
  return kind === 'local' || kind === 'token' ? {} : { account: name };
}
