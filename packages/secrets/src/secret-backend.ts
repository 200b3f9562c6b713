import type { JsonObject } from '@millrace/core';

/** What stands at a key of a backend: a text, or fields. */
export type FoundValue = string | JsonObject;

/**
 * One kind of outside source, reduced to what differs: how to get what stands at a key. Names, fields, workspaces, time and
 * errors are the concern of `createSecretSource`.
 */
export type SecretBackend = Readonly<{
  /** What it is and where, for people: `Vault https://vault.example.com:8200, mount secret`. */
  place: string;
  /**
   * null: nothing stands there. Throws a `SourceFailure`, whose text never has anything in it that stood at a key.
   */
  read(key: string): Promise<FoundValue | null>;
}>;
