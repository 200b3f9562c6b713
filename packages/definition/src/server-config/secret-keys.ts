import type { Place } from '@millrace/core';
import type { AzureAuth, VaultAuth } from './secret-sources.ts';

/** What all keys of stored secrets have that an outside service unwraps. */
export type SecretKeyCommon = Readonly<{
  name: string;
  at: Place;
  /** The key as the service has wrapped it, which is no secret: nobody else opens it. */
  wrapped: Readonly<{ text: string }> | Readonly<{ file: string }>;
  /** How long one request, or the program, may take. */
  timeoutMs: number;
}>;

export type SecretKeyKinds = Readonly<{
  aws: Readonly<{ region: string; key: string; context: Readonly<Record<string, string>>; endpoint: string | null }>;
  vault: Readonly<{
    address: string;
    namespace: string | null;
    mount: string;
    key: string;
    auth: VaultAuth;
    caFile: string | null;
  }>;
  gcp: Readonly<{ key: string; credentialsFile: string | null; endpoint: string | null }>;
  /** `key` is a name with a version: another version does not open what this one has wrapped. */
  azure: Readonly<{ vault: string; key: string; auth: AzureAuth }>;
  /** A program that gets the wrapped key and gives the key. */
  exec: Readonly<{ command: readonly string[] }>;
}>;

export type SecretKeyType = keyof SecretKeyKinds;

/** A key of stored secrets that an outside service keeps wrapped, as `millrace.yaml` tells of it. */
export type SecretKeyConfig = {
  [Type in SecretKeyType]: SecretKeyCommon & Readonly<{ type: Type }> & SecretKeyKinds[Type];
}[SecretKeyType];
