import type { Actor } from '@millrace/engine';

/**
 * Who did something, for those who look at it later: the account that calls. Where nobody signs in, callers say it
 * themselves (`given`); an account cannot speak for another one.
 */
export const callerName = ({ kind, name }: Actor, given: string): string =>
  kind === 'local' || kind === 'token' ? given : name;

/** What a run's trigger says of the account that started it, first of all; nothing where nobody signs in. */
export const accountOf = ({ kind, name }: Actor): Readonly<{ account?: string }> =>
  kind === 'local' || kind === 'token' ? {} : { account: name };
