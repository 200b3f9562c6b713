import type { Place } from '@millrace/core';
import { readType } from '../build/read-type.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import { describeValue } from '../values/describe-value.ts';
import { parseDuration } from '../values/duration.ts';
import { placeAt } from '../yaml/origin.ts';
import { type MapNode, nodeAt, placeOf, placeOfKey, type SourceNode, toJson } from '../yaml/source-node.ts';
import type { IdentityProviderCommon, IdentityProviderConfig, LdapProviderConfig } from './identity-provider.ts';
import {
  identityProviderSchemas,
  identityProviderTypes,
  isSafeAddress,
  type WrittenIdentityCommon,
  type WrittenLdapProvider,
} from './identity-provider-grammar.ts';
import { placeOfSecret } from './place-of-secret.ts';

const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;
const defaultTimeoutMs = 5_000;

/** The section `sign_in`: outside providers of identity, in the order of the file, which is that of the buttons. */
export function readIdentityProviders(root: MapNode, report: Report): readonly IdentityProviderConfig[] {
  const node = nodeAt(root, ['sign_in']);
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'map') {
    report({
      code: 'not_a_map',
      message: `\`sign_in\` must be a map of names; got ${describeValue(toJson(node))}.`,
      hint: 'Write one name each, below it `type: oidc` or `type: ldap`.',
      at: placeOf(node),
    });
    return [];
  }
  return [...node.entries.values()].flatMap(({ key, keyStart, value }) => {
    const provider = readProvider(key, placeAt(node.origin, keyStart), value, report);
    return provider === null ? [] : [provider];
  });
}

function readProvider(name: string, at: Place, node: SourceNode, report: Report): IdentityProviderConfig | null {
  if (!namePattern.test(name)) {
    const message = `\`${name.slice(0, 80)}\` cannot be the name of a provider.`;
    const hint = 'Names stand in addresses: small letters, digits and `-`, at most 40.';
    report({ code: 'invalid_name', message, hint, at });
  }
  const subject = { name: `Provider \`${name}\``, at, noun: 'provider' } as const;
  const type = readType(node, subject, identityProviderTypes, report);
  if (type === null || node.kind !== 'map') return null;
  if (type === 'ldap') {
    const written = readNode(identityProviderSchemas.ldap, node, { ...subject, type }, report);
    return written === null ? null : readLdap(common(name, at, written), written, node, report);
  }
  const written = readNode(identityProviderSchemas.oidc, node, { ...subject, type }, report);
  if (written === null) return null;
  const { client_secret_env: env, client_secret_file: file, scopes = ['openid', 'profile', 'email'] } = written;
  return {
    ...common(name, at, written),
    type,
    issuer: written.issuer,
    clientId: written.client_id,
    clientSecret: env === undefined && file === undefined ? null : placeOfSecret(env, file),
    scopes: scopes.includes('openid') ? scopes : ['openid', ...scopes],
    nameClaim: written.name_claim ?? 'preferred_username',
    groupsClaim: written.groups_claim ?? 'groups',
  };
}

function common(name: string, at: Place, written: WrittenIdentityCommon): IdentityProviderCommon {
  const { title, groups = {}, allowed_groups, create_accounts, timeout } = written;
  return {
    name,
    at,
    title: title ?? name,
    groups: Object.fromEntries(Object.entries(groups).map(([there, here]) => [there, [here].flat()])),
    allowedGroups: allowed_groups ?? null,
    createAccounts: create_accounts ?? true,
    timeoutMs: timeout === undefined ? defaultTimeoutMs : (parseDuration(timeout) ?? defaultTimeoutMs),
  };
}

/** What the schema does not see: whether the keys fit together. */
function readLdap(
  of: IdentityProviderCommon,
  written: WrittenLdapProvider,
  node: MapNode,
  report: Report,
): LdapProviderConfig | null {
  const owner = `Provider \`${of.name}\``;
  const startTls = written.start_tls === true;
  if (!startTls && !isSafeAddress(new URL(written.url))) {
    const message = `${owner} would send passwords to ${written.url} for everybody on the way to read.`;
    report({
      code: 'invalid_value',
      message,
      hint: 'Write `ldaps://…`, or add `start_tls: true`.',
      at: placeOfKey(node, 'url'),
    });
    return null;
  }
  if (startTls && written.url.startsWith('ldaps:')) {
    const message = `${owner}: \`start_tls\` has no use with \`ldaps://\`, which is encrypted from the start.`;
    report({ code: 'misplaced_key', message, hint: 'Take one of both out.', at: placeOfKey(node, 'start_tls') });
    return null;
  }
  const find = readFind(owner, of.at, written, node, report);
  if (find === null) return null;
  const { id, name, display_name, email, member_of } = written.attributes ?? {};
  const groups = written.group_search;
  return {
    ...of,
    type: 'ldap',
    url: written.url,
    startTls,
    caFile: written.ca_file ?? null,
    find,
    attributes: {
      id: id ?? 'entryUUID',
      name: name ?? 'uid',
      displayName: display_name ?? 'cn',
      email: email ?? 'mail',
      memberOf: member_of ?? 'memberOf',
    },
    groupSearch:
      groups === undefined
        ? null
        : { base: groups.base, filter: groups.filter ?? '(member={dn})', name: groups.name ?? 'cn' },
  };
}

function readFind(
  owner: string,
  at: Place,
  written: WrittenLdapProvider,
  node: MapNode,
  report: Report,
): LdapProviderConfig['find'] | null {
  const { user_dn, bind_dn, bind_password_env: env, bind_password_file: file, base, filter } = written;
  if (user_dn !== undefined) {
    const other = (['bind_dn', 'bind_password_env', 'bind_password_file', 'base', 'filter'] as const).find(
      (key) => written[key] !== undefined,
    );
    if (other === undefined) return { kind: 'direct', userDn: user_dn };
    const message = `${owner}: with \`user_dn\` nobody is looked for, so \`${other}\` has no use.`;
    report({ code: 'misplaced_key', message, hint: 'Take one of both out.', at: placeOfKey(node, other) });
    return null;
  }
  if (bind_dn !== undefined && base !== undefined && (env === undefined) !== (file === undefined)) {
    const bindPassword = placeOfSecret(env, file);
    return { kind: 'search', bindDn: bind_dn, bindPassword, base, filter: filter ?? '(uid={name})' };
  }
  report({
    code: 'missing_key',
    message: `${owner} needs \`user_dn\`, or \`bind_dn\`, \`base\` and one of \`bind_password_env\`, \`bind_password_file\`.`,
    hint: 'With `user_dn: uid={name},ou=people,dc=example,dc=com` people are not looked for.',
    at,
  });
  return null;
}
