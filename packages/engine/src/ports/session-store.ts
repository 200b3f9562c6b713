import type { Instant } from '@millrace/core';
import type { Caller } from './role-store.ts';

/** Somebody's signed-in browser. Its refresh tokens are a family: when one is used twice, all end. */
export type Session = Readonly<{
  id: string;
  account: string;
  createdAt: Instant;
  renewedAt: Instant;
  /** However often it is renewed, it ends then. */
  until: Instant;
  address: string;
  agent: string;
}>;

/** Hashes of the two tokens, and how long the first one is good. */
export type SessionTokens = Readonly<{ accessHash: string; accessMs: number; refreshHash: string }>;

export type NewSession = Pick<Session, 'id' | 'account' | 'address' | 'agent'> &
  SessionTokens &
  Readonly<{ lifeMs: number }>;

/**
 * `just_spent`: somebody else (another tab) used the token a moment ago, and has the new ones. `reused`: it was used long
 * ago, so it is in two hands; the session has been ended. `unknown`: there is no such session (any more).
 */
export type Renewal =
  | Readonly<{ outcome: 'renewed' | 'reused'; session: Session }>
  | Readonly<{ outcome: 'just_spent' | 'unknown' }>;

export type SessionStore = Readonly<{
  begin(session: NewSession): Promise<Session>;
  /** Of an access token that is good still; in one round trip, as each request asks it. */
  find(accessHash: string): Promise<Readonly<{ session: Session; caller: Caller }> | null>;
  /** Takes new tokens for a refresh token, which is spent by it. */
  renew(refreshHash: string, next: SessionTokens, graceMs: number): Promise<Renewal>;
  /** false: it had ended. */
  end(id: string): Promise<boolean>;
  /** Ends those of an account; gives how many. */
  endAll(account: string): Promise<number>;
  /** Those of an account that have not ended, the newest first. */
  list(account: string): Promise<readonly Session[]>;
}>;
