import type { Place } from '@millrace/core';
import type { SecretPlace } from './server-config.ts';

/** What all providers of identity have in common. */
export type IdentityProviderCommon = Readonly<{
  name: string;
  at: Place;
  /** What stands on the button. */
  title: string;
  /** Groups here by the names of groups there; `*` means everybody. */
  groups: Readonly<Record<string, readonly string[]>>;
  /** null: everybody may sign in. */
  allowedGroups: readonly string[] | null;
  createAccounts: boolean;
  timeoutMs: number;
}>;

export type OidcProviderConfig = IdentityProviderCommon &
  Readonly<{
    type: 'oidc';
    issuer: string;
    clientId: string;
    /** null: a public client, which has only PKCE. */
    clientSecret: SecretPlace | null;
    scopes: readonly string[];
    nameClaim: string;
    groupsClaim: string;
  }>;

export type LdapProviderConfig = IdentityProviderCommon &
  Readonly<{
    type: 'ldap';
    url: string;
    startTls: boolean;
    /** null: the certificate authorities of this machine. */
    caFile: string | null;
    find:
      | Readonly<{ kind: 'search'; bindDn: string; bindPassword: SecretPlace; base: string; filter: string }>
      | Readonly<{ kind: 'direct'; userDn: string }>;
    attributes: Readonly<{ id: string; name: string; displayName: string; email: string; memberOf: string }>;
    /** null: groups stand in the entry of the person only. */
    groupSearch: Readonly<{ base: string; filter: string; name: string }> | null;
  }>;

export type IdentityProviderConfig = OidcProviderConfig | LdapProviderConfig;
