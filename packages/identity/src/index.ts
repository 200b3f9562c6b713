import type { IdentityProviderConfig } from '@millrace/definition';
import type { IdentityProvider } from '@millrace/engine';
import { createLdapProvider } from './ldap.ts';
import { createOidcProvider } from './oidc.ts';

/** Nothing is read or asked before somebody signs in. */
export const createIdentityProvider = (config: IdentityProviderConfig): IdentityProvider =>
  config.type === 'oidc' ? createOidcProvider(config) : createLdapProvider(config);
