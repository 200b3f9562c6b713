import { MillraceError } from '@millrace/core';
import type { Actor } from './actor.ts';

/** The account of whoever calls. Throws `not_found` for those who need none. */
export function ownAccount({ kind, name, displayName }: Actor): string {
  if (kind === 'user' || kind === 'service') return name;
  throw new MillraceError('not_found', `You are no user: you call as "${displayName}".`, {
    hint: 'Sign in, or use an API key of yours. An administrator adds users: millrace user add.',
  });
}

/**
 * The account of whoever is signed in. What outlives an API key, or may do more than it, is not for whoever has nothing but
 * one: throws `forbidden`. `wanted`: what the caller wants to do.
 */
export function ownSession(actor: Actor, wanted: string): string {
  const account = ownAccount(actor);
  if (actor.session !== null) return account;
  throw new MillraceError('forbidden', `Only somebody who is signed in can ${wanted}: you showed an API key.`, {
    hint: 'Sign in: millrace login, or the page of this server.',
  });
}
