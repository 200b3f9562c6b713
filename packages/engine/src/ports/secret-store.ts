import type { Instant } from '@millrace/core';

/** A secret as it is stored: sealed. Nobody can read it without the key, whose id it carries. */
export type StoredSecret = Readonly<{
  workspace: string;
  name: string;
  keyId: string;
  /** What `sealSecret` made. */
  envelope: string;
  /** When the value was set, and by whom. Sealing it anew changes neither. */
  updatedAt: Instant;
  updatedBy: string;
}>;

/** Secrets that people gave to the server. The store sees no value. */
export type SecretStore = Readonly<{
  /** Sets a secret, in place of what it was. */
  put(secret: Omit<StoredSecret, 'updatedAt'>): Promise<void>;
  get(workspace: string, name: string): Promise<StoredSecret | null>;
  /** By workspace and name. `workspace` null: of all. */
  list(workspace: string | null): Promise<readonly StoredSecret[]>;
  /** false: there was none. */
  remove(workspace: string, name: string): Promise<boolean>;
  /** Takes another envelope for the same value; false: the secret was set or removed since it was read. */
  reseal(read: StoredSecret, sealed: Readonly<{ keyId: string; envelope: string }>): Promise<boolean>;
}>;
