import { z } from 'zod';
import { expected } from '../grammar/expected.ts';
import { filledText, positiveDuration } from '../grammar/values.ts';
import { variable } from './variable.ts';

const issuer = z
  .string()
  .refine(
    (written) => /^https?:\/\/[^@?#]+$/.test(written) && URL.canParse(written) && isSafeAddress(new URL(written)),
    expected('invalid_value', 'an address such as `https://id.example.com`, with https unless it is on this machine'),
  );

/** Plain http and ldap only where nobody is on the way. */
export const isSafeAddress = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || protocol === 'ldaps:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

const ldapUrl = z
  .string()
  .refine(
    (written) => /^ldaps?:\/\/[^/@?#]+\/?$/.test(written) && URL.canParse(written),
    expected('invalid_value', 'an address such as `ldaps://ldap.example.com`'),
  );

/** Braces hold what is put in, escaped; a misspelt name would look for somebody else. */
const template = (names: readonly string[]) =>
  filledText.refine(
    (written) =>
      names.some((name) => written.includes(`{${name}}`)) &&
      !/[{}]/.test(names.reduce((rest, name) => rest.replaceAll(`{${name}}`, ''), written)),
    expected('invalid_value', `a text with ${names.map((name) => `\`{${name}}\``).join(' or ')} and no other braces`),
  );

const attribute = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, expected('invalid_name', 'the name of an attribute'))
  .exactOptional();

const common = {
  title: filledText.exactOptional().describe('What stands on the button. Default: the name.'),
  groups: z
    .record(filledText, z.union([filledText, z.array(filledText)]))
    .exactOptional()
    .describe('Groups here by the names of groups there; `*` means everybody.'),
  allowed_groups: z.array(filledText).min(1).exactOptional().describe('Only members of one of these may sign in.'),
  create_accounts: z.boolean().exactOptional().describe('Whether who comes first gets an account. Default true.'),
  timeout: positiveDuration.exactOptional().describe('How long the provider may take. Default 5s.'),
};

const oidcShape = {
  issuer,
  client_id: filledText,
  client_secret_env: variable.exactOptional(),
  client_secret_file: filledText.exactOptional(),
  scopes: z.array(filledText).min(1).exactOptional().describe('Default openid, profile, email.'),
  name_claim: filledText.exactOptional().describe('What accounts are named after. Default preferred_username.'),
  groups_claim: filledText.exactOptional().describe('Default groups; `a.b` is `b` in `a`.'),
};

const ldapShape = {
  url: ldapUrl,
  start_tls: z.boolean().exactOptional(),
  ca_file: filledText.exactOptional(),
  user_dn: template(['name']).exactOptional().describe('Binds directly as this DN.'),
  bind_dn: filledText.exactOptional().describe('Who looks for people.'),
  bind_password_env: variable.exactOptional(),
  bind_password_file: filledText.exactOptional(),
  base: filledText.exactOptional().describe('Where people are looked for.'),
  filter: template(['name']).exactOptional().describe('Default (uid={name}).'),
  attributes: z
    .strictObject({ id: attribute, name: attribute, display_name: attribute, email: attribute, member_of: attribute })
    .exactOptional()
    .describe('Default entryUUID, uid, cn, mail, memberOf.'),
  group_search: z
    .strictObject({
      base: filledText,
      filter: template(['dn', 'name']).exactOptional().describe('Default (member={dn}).'),
      name: attribute,
    })
    .exactOptional(),
};

export const identityProviderSchemas = {
  oidc: z
    .strictObject({ type: z.literal('oidc'), ...common, ...oidcShape })
    .refine(
      (written) => !(written.client_secret_env !== undefined && written.client_secret_file !== undefined),
      expected('exactly_one', 'a map with at most one of `client_secret_env`, `client_secret_file`'),
    ),
  ldap: z.strictObject({ type: z.literal('ldap'), ...common, ...ldapShape }),
};

export const identityProviderTypes = ['oidc', 'ldap'] as const;
type WrittenOidcProvider = z.output<(typeof identityProviderSchemas)['oidc']>;
export type WrittenLdapProvider = z.output<(typeof identityProviderSchemas)['ldap']>;
export type WrittenIdentityCommon = Pick<WrittenOidcProvider, keyof typeof common>;
