import type { Instant } from '@millrace/core';

/** Somebody as an outside provider knows him: the issuer never gives a subject to anybody else. */
export type IdentityKey = Readonly<{ issuer: string; subject: string }>;

export type LinkedIdentity = IdentityKey & Readonly<{ account: string; provider: string; linkedAt: Instant }>;

/** Which account belongs to whom outside. Nothing else links them: names and addresses change hands. */
export type IdentityStore = Readonly<{
  /** The account; null: nobody has signed in as this one. */
  find(key: IdentityKey): Promise<string | null>;
  /** false: it is linked already. The link goes with the account. */
  link(identity: IdentityKey & Readonly<{ account: string; provider: string }>): Promise<boolean>;
  /** false: it is not linked to this account (any more). */
  unlink(identity: IdentityKey & Readonly<{ account: string }>): Promise<boolean>;
  /** Of an account, by provider and subject. */
  of(account: string): Promise<readonly LinkedIdentity[]>;
}>;
