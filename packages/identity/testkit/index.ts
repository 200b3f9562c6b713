export { type LdapServer, noDirectory, rootDn, rootPassword, startLdapServer, suffix } from './ldap-server.ts';
export { type OidcServer, startOidcServer } from './oidc-server.ts';
