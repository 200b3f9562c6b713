import { createIdentityProvider } from '@millrace/identity';
import { noDirectory, startLdapServer, startOidcServer, suffix } from '@millrace/identity/testkit';
import { readServerConfig } from '../src/server/server-config.ts';
import type { Scratch } from './command-line.ts';

/** What the configuration says of a provider besides where it is, in the form of YAML on one line. */
type Settings = Readonly<{ company?: string; directory?: string }>;

/**
 * A provider of OpenID Connect, `company`, for the server at `origin`, and a directory, `directory`, with bob in it, where
 * this machine can run one; both as a server's configuration names them.
 */
export async function startProviders(scratch: Scratch, origin: string, settings: Settings = {}) {
  const company = await startOidcServer([`${origin}/api/v1/sign-in/oidc/company/callback`], [`${origin}/`]);
  const ldap = await startDirectory();
  scratch.write('secret', `${company.clientSecret}\n`);
  const lines = [
    'sign_in:',
    `  company: { type: oidc, issuer: "${company.issuer}", client_id: ${company.clientId}, client_secret_file: secret${settings.company ?? ''} }`,
    ...(ldap === null
      ? []
      : [
          `  directory: { type: ldap, url: "${ldap.url}", user_dn: "uid={name},${suffix}"${settings.directory ?? ''} }`,
        ]),
  ];
  const { identityProviders } = await readServerConfig(scratch.write('millrace.yaml', `${lines.join('\n')}\n`));
  return {
    company,
    identityProviders: identityProviders.map(createIdentityProvider),
    async close() {
      await company.close();
      await ldap?.close();
    },
  };
}

async function startDirectory() {
  if (noDirectory !== null) {
    console.warn(`Signing in by a directory is skipped: ${noDirectory}.`);
    return null;
  }
  return startLdapServer([
    [suffix, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }],
    [`uid=bob,${suffix}`, { objectClass: 'inetOrgPerson', uid: 'bob', cn: 'Bob', sn: 'B', userPassword: 'bob-secret' }],
  ]);
}
