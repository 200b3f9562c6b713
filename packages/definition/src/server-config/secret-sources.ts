import type { Place } from '@millrace/core';
import type { SecretPlace } from './server-config.ts';

/** Where a secret stands in an outside source. In both texts, `{name}` and `{workspace}` stand for those of the secret. */
export type SecretKeyTemplate = Readonly<{
  key: string;
  /** null: the whole of what stands there. */
  field: string | null;
}>;

/** What all outside sources of secrets have. */
export type SecretSourceCommon = Readonly<{
  name: string;
  at: Place;
  /** Where secrets stand that `names` does not tell of; null: only those of `names` are looked for. */
  others: SecretKeyTemplate | null;
  names: Readonly<Record<string, SecretKeyTemplate>>;
  /** null: it serves all workspaces. */
  workspaces: readonly string[] | null;
  /** How long a value is kept in the memory of the server; 0: not at all. */
  cacheMs: number;
  /** How long one request may take. */
  timeoutMs: number;
}>;

export type VaultAuth =
  | Readonly<{ kind: 'token'; from: SecretPlace }>
  | Readonly<{ kind: 'approle'; mount: string; roleId: string; secretId: SecretPlace }>
  | Readonly<{ kind: 'kubernetes'; mount: string; role: string; tokenFile: string | null }>;

export type AzureAuth =
  | Readonly<{ kind: 'client'; tenant: string; clientId: string; secret: SecretPlace }>
  /** Of the machine or the pod: what their environment offers. */
  | Readonly<{ kind: 'ambient'; clientId: string | null }>;

export type SecretSourceKinds = Readonly<{
  folder: Readonly<{ path: string }>;
  sops: Readonly<{ file: string; ageKey: SecretPlace }>;
  vault: Readonly<{
    address: string;
    namespace: string | null;
    mount: string;
    auth: VaultAuth;
    caFile: string | null;
  }>;
  kubernetes: Readonly<{
    /** null: the cluster that the server runs in. */
    api: string | null;
    namespace: string | null;
    tokenFile: string | null;
    caFile: string | null;
  }>;
  aws: Readonly<{ region: string; endpoint: string | null }>;
  gcp: Readonly<{ project: string; credentialsFile: string | null; endpoint: string | null }>;
  azure: Readonly<{ vault: string; auth: AzureAuth }>;
}>;

export type SecretSourceType = keyof SecretSourceKinds;

/** An outside source of secrets, as `millrace.yaml` tells of it. */
export type SecretSourceConfig = {
  [Type in SecretSourceType]: SecretSourceCommon & Readonly<{ type: Type }> & SecretSourceKinds[Type];
}[SecretSourceType];
