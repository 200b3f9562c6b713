import type { Instant } from '@millrace/core';

/** A person (`user`), or a program that acts for itself (`service`), which has API keys and no password. */
export type Account = Readonly<{
  name: string;
  kind: 'user' | 'service';
  displayName: string;
  email: string | null;
  /** null: nobody signs in with a password. */
  passwordHash: string | null;
  disabled: boolean;
  createdAt: Instant;
  createdBy: string;
  signedInAt: Instant | null;
  /** Sign-ins that failed since the last good one. */
  failures: number;
  /** Until then no password is tried. */
  lockedUntil: Instant | null;
}>;

export type NewAccount = Pick<Account, 'name' | 'kind' | 'displayName' | 'email' | 'passwordHash' | 'createdBy'>;
export type AccountChange = Partial<Pick<Account, 'displayName' | 'email' | 'passwordHash' | 'disabled'>>;

/** What a one-time link is for: the first administrator, a new password, or an identity of a provider. */
export type OneTimeLink = Readonly<{ hash: string; purpose: 'set_up' | 'reset' | 'link'; account: string | null }>;

/** Who there is. Tokens and passwords come here only as hashes. */
export type AccountStore = Readonly<{
  /** false: the name is taken. */
  add(account: NewAccount): Promise<boolean>;
  get(name: string): Promise<Account | null>;
  /** By name. */
  list(): Promise<readonly Account[]>;
  /** null: there is none. A new password lets a locked account in again. */
  change(name: string, change: AccountChange): Promise<Account | null>;
  /** With its sessions, API keys, memberships and bindings. false: there was none. */
  remove(name: string): Promise<boolean>;
  /** Counts a failed sign-in; from the `most`th in a row on, the account is locked for `lockMs`. */
  signInFailed(name: string, lock: Readonly<{ most: number; lockMs: number }>): Promise<void>;
  /** Forgets the failures. */
  signedIn(name: string): Promise<void>;
  /** Lets a locked account in again. false: there is no such account. */
  unlock(name: string): Promise<boolean>;
  /** Counts a try under a key; gives how many there were in the window, this one included. */
  countTry(key: string, windowMs: number): Promise<number>;
  /** Takes the place of the link that the account, or the set-up, had before. */
  putLink(link: OneTimeLink, lifeMs: number): Promise<void>;
  /** A link that can be used still. */
  findLink(hash: string): Promise<OneTimeLink | null>;
  /** Uses it up: of several at once, one gets it. */
  takeLink(hash: string): Promise<OneTimeLink | null>;
}>;
