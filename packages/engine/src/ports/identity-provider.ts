/** What an outside provider says of somebody who has shown it who he is. */
export type OutsideIdentity = Readonly<{
  issuer: string;
  subject: string;
  /** What he is called there; the account is named after it. */
  name: string;
  displayName: string | null;
  email: string | null;
  groups: readonly string[];
}>;

/** What of an outside identity counts here. */
export type IdentityRules = Readonly<{
  /** Whether somebody who comes for the first time gets an account. */
  createAccounts: boolean;
  /** Groups here by the names of groups there; `*` means everybody. Only these groups' members are kept in step. */
  groups: Readonly<Record<string, readonly string[]>>;
  /** Only members of one of these groups there may sign in; null: everybody. */
  allowedGroups: readonly string[] | null;
}>;

type ProviderFacts = Readonly<{ name: string; title: string; rules: IdentityRules }>;

/** What the browser keeps between going to the provider and coming back. */
export type OidcAttempt = Readonly<{ state: string; nonce: string; verifier: string }>;

/** `anew`: the person must show at that moment who he is, although the provider may know him still. */
export type OidcHow = Readonly<{ anew: boolean }>;

/** OpenID Connect: the browser goes to the provider and comes back with a code. Codes: identity_provider_unavailable. */
export type OidcProvider = ProviderFacts &
  Readonly<{
    kind: 'oidc';
    issuer: string;
    /** Where the browser goes. `callback`: the address that it comes back to. */
    begin(callback: string, how?: OidcHow): Promise<Readonly<{ url: string; attempt: OidcAttempt }>>;
    /** `came`: the address that it came back to, with what stands behind it. Codes: sign_in_failed as well. */
    finish(came: string, attempt: OidcAttempt, how?: OidcHow): Promise<OutsideIdentity>;
    /** Where the browser goes to sign out there as well; null: there is no such place. */
    signOutUrl(backTo: string): Promise<string | null>;
  }>;

/** A directory that is shown the password. Codes: identity_provider_unavailable. */
export type LdapProvider = ProviderFacts &
  Readonly<{
    kind: 'ldap';
    /** null: there is no such person, or the password is wrong. */
    signIn(name: string, password: string): Promise<OutsideIdentity | null>;
  }>;

export type IdentityProvider = OidcProvider | LdapProvider;
