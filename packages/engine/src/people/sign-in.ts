// Signing in with a password, and the session after it.
//
//   name, password ─▶ tries of the address counted ─▶ account, locked? ─▶ password ─▶ session: access token, refresh token
//                       └ too many: rate_limited        └────────── sign_in_failed, always the same words, as late ──────┘
//
// The access token is good for minutes and goes with each request; the refresh token is good for one renewal, and goes only
// there. A refresh token that comes a second time is in two hands, nobody knows whose: the session ends for both.
import { randomUUID } from 'node:crypto';
import { type Instant, MillraceError } from '@millrace/core';
import type { AccountStore } from '../ports/account-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Session, SessionStore } from '../ports/session-store.ts';
import { networkOf } from './network-of.ts';
import { isPassword } from './passwords.ts';
import { hashToken, newToken } from './tokens.ts';

export type From = Readonly<{ address: string; agent: string }>;

/** What a browser keeps. */
export type IssuedSession = Readonly<{
  account: string;
  session: string;
  accessToken: string;
  accessMs: number;
  refreshToken: string;
  until: Instant;
}>;

export type SignIn = Readonly<{
  /** Codes: sign_in_failed, rate_limited. */
  signIn(request: Readonly<{ name: string; password: string }> & From): Promise<IssuedSession>;
  /** Begins a session of somebody whose identity was shown in another way. */
  begin(account: string, from: From): Promise<IssuedSession>;
  /** Codes: sign_in_failed (sign in again), conflict (another tab has the new tokens: use those). */
  renew(refreshToken: string): Promise<IssuedSession>;
}>;

const accessMs = 10 * 60_000;
const lifeMs = 14 * 24 * 3_600_000;
/** Tabs of one browser renew at the same moment now and then; the later one finds the new tokens in the browser. */
const graceMs = 10_000;
const lock = { most: 10, lockMs: 15 * 60_000 };
const tries = { most: 30, windowMs: 5 * 60_000 };

export type SignInOptions = Readonly<{
  accounts: AccountStore;
  sessions: SessionStore;
  clock: Clock;
  /** Told of a refresh token that came twice. */
  onReuse: (session: Session) => Promise<void>;
}>;

export function createSignIn({ accounts, sessions, clock, onReuse }: SignInOptions): SignIn {
  const begin = async (account: string, { address, agent }: From): Promise<IssuedSession> => {
    const tokens = newTokens();
    const session = await sessions.begin({
      id: randomUUID(),
      account,
      address: address.slice(0, 200),
      agent: agent.slice(0, 200),
      lifeMs,
      ...tokens.hashes,
    });
    return issue(session, tokens);
  };
  return {
    begin,
    async signIn({ name, password, address, agent }) {
      const tried = await accounts.countTry(`address ${networkOf(address)}`, tries.windowMs);
      if (tried > tries.most) {
        throw new MillraceError('rate_limited', 'Too many sign-ins were tried from this address.', {
          hint: 'Try again in a few minutes.',
        });
      }
      const account = await accounts.get(normalName(name));
      const locked = account !== null && account.lockedUntil !== null && account.lockedUntil > clock.now();
      const usable = account !== null && !account.disabled && !locked;
      const right = await isPassword(password, usable ? account.passwordHash : null);
      if (account === null || !right) {
        // One row is written, whether there is such an account or not. A locked one is not locked for longer by more tries.
        if (usable) await accounts.signInFailed(account.name, lock);
        else await accounts.countTry(`name ${normalName(name).slice(0, 200)}`, tries.windowMs);
        throw signInFailed();
      }
      await accounts.signedIn(account.name);
      return begin(account.name, { address, agent });
    },
    async renew(refreshToken) {
      const tokens = newTokens();
      const renewal = await sessions.renew(hashToken(refreshToken), tokens.hashes, graceMs);
      switch (renewal.outcome) {
        case 'renewed':
          return issue(renewal.session, tokens);
        case 'just_spent':
          throw new MillraceError('conflict', 'The session was renewed a moment ago.', {
            hint: 'Send the request again with the new cookies.',
          });
        case 'reused':
          await onReuse(renewal.session);
          throw sessionEnded('Its refresh token was used twice, so it was ended: somebody else may have it.');
        case 'unknown':
          throw sessionEnded('The session has ended.');
      }
    },
  };
}

function newTokens() {
  const accessToken = newToken();
  const refreshToken = newToken();
  const hashes = { accessHash: hashToken(accessToken), accessMs, refreshHash: hashToken(refreshToken) };
  return { accessToken, refreshToken, hashes };
}

const issue = (session: Session, { accessToken, refreshToken }: ReturnType<typeof newTokens>): IssuedSession => ({
  account: session.account,
  session: session.id,
  accessToken,
  accessMs,
  refreshToken,
  until: session.until,
});

/** Names are told apart without regard to capitals. */
export const normalName = (name: string): string => name.trim().toLowerCase();

/** One answer for a wrong name, a wrong password, a disabled and a locked account: nobody learns which there are. */
const signInFailed = (): MillraceError =>
  new MillraceError('sign_in_failed', 'Name or password is wrong, or the account cannot sign in now.', {
    hint: `After ${lock.most} wrong passwords an account is closed for ${lock.lockMs / 60_000} minutes. An administrator can give a new password.`,
  });

const sessionEnded = (message: string): MillraceError =>
  new MillraceError('sign_in_failed', message, { hint: 'Sign in again.' });
