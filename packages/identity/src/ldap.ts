// Signing in by a directory, in one of two ways:
//
//   search and bind   bind as a reader ─▶ look for the person ─▶ bind as him with his password ─▶ read his groups
//   direct bind       bind as the DN that the name makes ─▶ read his entry and groups
//
// An empty password never gets here: a directory takes such a bind for one of nobody and lets it succeed. What people type
// is escaped before it stands in a filter or DN. Whoever is not found costs a bind as well, so that time tells nothing.
import { readFile } from 'node:fs/promises';
import { MillraceError } from '@millrace/core';
import type { LdapProviderConfig } from '@millrace/definition';
import type { LdapProvider, OutsideIdentity } from '@millrace/engine';
import type { Client, Entry } from 'ldapts';
import { escapeDnValue, escapeFilterValue, fillTemplate, firstNameOf } from './ldap-text.ts';
import { readSecret, unavailable } from './read-secret.ts';

type Library = typeof import('ldapts');

export function createLdapProvider(config: LdapProviderConfig): LdapProvider {
  const { name: provider, title, url, find, attributes, timeoutMs } = config;

  async function open(library: Library): Promise<Client> {
    const ca = config.caFile === null ? {} : { ca: await readFile(config.caFile) };
    // Otherwise the certificate would be compared with "localhost" when the connection is upgraded.
    const tls = { ...ca, host: new URL(url).hostname.replace(/^\[|\]$/g, '') };
    const secure = url.startsWith('ldaps:') ? { tlsOptions: ca } : {};
    const client = new library.Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, ...secure });
    if (config.startTls) await client.startTLS(tls);
    return client;
  }

  /** false: the password is wrong, or there is no such person. */
  async function binds(library: Library, client: Client, dn: string, password: string): Promise<boolean> {
    try {
      await client.bind(dn, password);
      return true;
    } catch (error) {
      const refusals = [
        library.InvalidCredentialsError,
        library.NoSuchObjectError,
        library.InvalidDNSyntaxError,
        library.InappropriateAuthError,
        library.UnwillingToPerformError,
        library.ConstraintViolationError,
      ];
      if (refusals.some((refusal) => error instanceof refusal)) return false;
      throw error;
    }
  }

  const wanted: string[] = [...new Set(Object.values(attributes))];
  async function entriesOf(
    client: Client,
    base: string,
    scope: 'base' | 'sub',
    filter: string,
  ): Promise<readonly Entry[]> {
    const options = {
      scope,
      filter,
      attributes: wanted,
      explicitBufferAttributes: [attributes.id],
    };
    return (await client.search(base, options)).searchEntries;
  }

  async function bindReader(client: Client, reader: Extract<typeof find, { kind: 'search' }>): Promise<void> {
    const password = await readSecret(reader.bindPassword, provider);
    try {
      await client.bind(reader.bindDn, password);
    } catch (cause) {
      throw unavailable(
        provider,
        `The directory does not let ${reader.bindDn} in.`,
        'Check bind_dn and its password.',
        cause,
      );
    }
  }

  async function search(library: Library, client: Client, name: string, password: string): Promise<Entry | null> {
    if (find.kind === 'direct') {
      const dn = fillTemplate(find.userDn, { name: escapeDnValue(name) });
      if (!(await binds(library, client, dn, password))) return null;
      return (await entriesOf(client, dn, 'base', '(objectClass=*)'))[0] ?? null;
    }
    await bindReader(client, find);
    const filter = fillTemplate(find.filter, { name: escapeFilterValue(name) });
    const found = await entriesOf(client, find.base, 'sub', filter);
    const [only] = found;
    if (only === undefined || found.length > 1) {
      await binds(library, client, `cn=nobody,${find.base}`, password);
      return null;
    }
    if (!(await binds(library, client, only.dn, password))) return null;
    await bindReader(client, find);
    return only;
  }

  async function groupsOf(client: Client, entry: Entry): Promise<readonly string[]> {
    const direct = textsAt(entry, attributes.memberOf);
    const { groupSearch } = config;
    if (groupSearch === null) return direct.flatMap((dn) => [dn, firstNameOf(dn)]);
    const values = {
      dn: escapeFilterValue(entry.dn),
      name: escapeFilterValue(textsAt(entry, attributes.name)[0] ?? ''),
    };
    const filter = fillTemplate(groupSearch.filter, values);
    const { searchEntries } = await client.search(groupSearch.base, {
      scope: 'sub',
      filter,
      attributes: [groupSearch.name],
    });
    const searched = searchEntries.flatMap((group) => [group.dn, ...textsAt(group, groupSearch.name)]);
    return [...direct.flatMap((dn) => [dn, firstNameOf(dn)]), ...searched];
  }

  function identityOf(entry: Entry, name: string, groups: readonly string[]): OutsideIdentity {
    const subject = idOf(entry[attributes.id]);
    if (subject === null) {
      throw unavailable(
        provider,
        `The directory tells no ${attributes.id} of ${entry.dn}.`,
        'Name an attribute that never changes hands: attributes: { id: … }.',
      );
    }
    return {
      issuer: `ldap:${provider}`,
      subject,
      name: textsAt(entry, attributes.name)[0] ?? name,
      displayName: textsAt(entry, attributes.displayName)[0] ?? null,
      email: textsAt(entry, attributes.email)[0] ?? null,
      groups: [...new Set(groups)],
    };
  }

  return {
    kind: 'ldap',
    name: provider,
    title,
    rules: { groups: config.groups, allowedGroups: config.allowedGroups, createAccounts: config.createAccounts },
    async signIn(name, password) {
      if (name === '' || password === '') return null;
      const library = await import('ldapts');
      let client: Client | null = null;
      try {
        client = await open(library);
        const entry = await search(library, client, name, password);
        return entry === null ? null : identityOf(entry, name, await groupsOf(client, entry));
      } catch (cause) {
        if (cause instanceof MillraceError) throw cause;
        throw unavailable(
          provider,
          `${url} cannot be used.`,
          'Check its address, its certificate, and whether it runs.',
          cause,
        );
      } finally {
        await client?.unbind().catch(() => undefined);
      }
    },
  };
}

function textsAt(entry: Entry, attribute: string): readonly string[] {
  const key = Object.keys(entry).find((one) => one.toLowerCase() === attribute.toLowerCase());
  const value = key === undefined ? [] : entry[key];
  return [value ?? []].flat().flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []));
}

/** Text as it is; bytes (Active Directory's objectGUID) in hexadecimal digits. */
function idOf(value: Entry[string] | undefined): string | null {
  const [first] = [value ?? []].flat();
  if (first === undefined || first.length === 0) return null;
  const text = first.toString();
  return /^[\x21-\x7e]+$/.test(text) ? text : Buffer.from(first as Buffer).toString('hex');
}
