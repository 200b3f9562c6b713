// Signing in as somebody whom an outside provider knows.
//
//   issuer, subject ─▶ linked account? ── yes ─▶ disabled? ─▶ groups kept in step ─▶ session
//                            └ no, and accounts may be made ─▶ a new account, linked for ever ─┘
//
// The link is by issuer and subject alone. A name or an address that is the same as that of an account here links nothing:
// whoever can choose his name or address at a provider would take over that account. Then the new account gets another name.
import { MillraceError } from '@millrace/core';
import type { IdentityRules, LdapProvider, OutsideIdentity } from '../ports/identity-provider.ts';
import type { Store } from '../ports/store.ts';
import { isPeopleName } from './manage-accounts.ts';
import { networkOf } from './network-of.ts';
import type { From, IssuedSession, SignIn } from './sign-in.ts';

export type OutsideSignIn = Readonly<{
  /** Begins a session of whom a provider has made sure of. Codes: sign_in_failed. */
  begin(
    request: Readonly<{ provider: string; identity: OutsideIdentity; rules: IdentityRules }> & From,
  ): Promise<IssuedSession>;
  /** Asks a directory, within the limits of tries. Codes: sign_in_failed, rate_limited, identity_provider_unavailable. */
  askDirectory(
    directory: LdapProvider,
    request: Readonly<{ name: string; password: string }> & From,
  ): Promise<IssuedSession>;
  /** Who somebody is in a directory, within the same limits. Codes: as for `askDirectory`. */
  proveByDirectory(
    directory: LdapProvider,
    shown: Readonly<{ name: string; password: string; address: string }>,
  ): Promise<OutsideIdentity>;
  /** The providers that an account is linked to. */
  providersOf(account: string): Promise<readonly string[]>;
}>;

const tries = { ofAddress: 30, ofName: 10, windowMs: 5 * 60_000 };

export function createOutsideSignIn(store: Store, signIn: SignIn): OutsideSignIn {
  const { accounts, identities, roles } = store;

  /** Makes an account with a name that is free. Of two first sign-ins at once, one makes it. */
  async function createFor(provider: string, identity: OutsideIdentity): Promise<string> {
    const { issuer, subject, displayName, email } = identity;
    for (const name of namesFor(identity.name, provider)) {
      const account = {
        name,
        kind: 'user',
        displayName: displayName ?? name,
        email,
        passwordHash: null,
        createdBy: provider,
      } as const;
      if (!(await accounts.add(account))) continue;
      if (await identities.link({ issuer, subject, account: name, provider })) return name;
      await accounts.remove(name);
      const linked = await identities.find({ issuer, subject });
      if (linked !== null) return linked;
    }
    throw new MillraceError('sign_in_failed', 'No name could be found for a new account.', {
      hint: 'An administrator can look which accounts have names like it.',
    });
  }

  async function keepGroups(
    account: string,
    identity: OutsideIdentity,
    rules: IdentityRules,
    provider: string,
  ): Promise<void> {
    const there = new Set(['*', ...identity.groups]);
    const wanted = new Set(Object.entries(rules.groups).flatMap(([outside, here]) => (there.has(outside) ? here : [])));
    const known = new Map((await roles.groups()).map((group) => [group.name, group.members]));
    for (const group of new Set(Object.values(rules.groups).flat())) {
      const isMember = known.get(group)?.includes(account) === true;
      if (wanted.has(group) && !isMember) {
        if (!known.has(group)) await roles.putGroup({ name: group, description: `Made for people of ${provider}.` });
        await roles.addMember(group, account);
      }
      if (!wanted.has(group) && isMember) await roles.removeMember(group, account);
    }
  }

  async function begin(request: Parameters<OutsideSignIn['begin']>[0]): Promise<IssuedSession> {
    const { provider, identity, rules, address, agent } = request;
    if (rules.allowedGroups !== null && !rules.allowedGroups.some((group) => identity.groups.includes(group))) {
      throw refused(
        'The groups of this person may not sign in here.',
        'An administrator says which may: `allowed_groups`.',
      );
    }
    const linked = await identities.find(identity);
    if (linked === null && !rules.createAccounts) {
      throw refused(
        'There is no account of this person here.',
        'An administrator can let accounts be made: `create_accounts`.',
      );
    }
    const name = linked ?? (await createFor(provider, identity));
    const account = await accounts.get(name);
    if (account === null || account.disabled) {
      throw refused('The account is disabled.', 'An administrator can enable it again.');
    }
    const { displayName, email } = identity;
    await accounts.change(name, {
      ...(displayName === null ? {} : { displayName }),
      ...(email === null ? {} : { email }),
    });
    await keepGroups(name, identity, rules, provider);
    await accounts.signedIn(name);
    return signIn.begin(name, { address, agent });
  }

  const proveByDirectory: OutsideSignIn['proveByDirectory'] = async (directory, { name, password, address }) => {
    const key = `${directory.name} name ${name.trim().toLowerCase().slice(0, 200)}`;
    const byAddress = await accounts.countTry(`address ${networkOf(address)}`, tries.windowMs);
    const byName = await accounts.countTry(key, tries.windowMs);
    if (byAddress > tries.ofAddress || byName > tries.ofName) {
      throw new MillraceError('rate_limited', 'Too many sign-ins were tried.', { hint: 'Try again in a few minutes.' });
    }
    // Directories take a bind without a password for one of nobody, and let it succeed.
    const identity = password === '' ? null : await directory.signIn(name.trim(), password);
    if (identity !== null) return identity;
    throw refused(
      'Name or password is wrong, or the account cannot sign in now.',
      'Whoever keeps the directory can give a new password.',
    );
  };

  return {
    begin,
    async askDirectory(directory, { name, password, address, agent }) {
      const identity = await proveByDirectory(directory, { name, password, address });
      return begin({ provider: directory.name, identity, rules: directory.rules, address, agent });
    },
    proveByDirectory,
    providersOf: async (account) => [...new Set((await identities.of(account)).map(({ provider }) => provider))],
  };
}

const refused = (message: string, hint: string): MillraceError =>
  new MillraceError('sign_in_failed', message, { hint });

/** The name itself, then with the provider behind it, then with numbers. */
function namesFor(given: string, provider: string): readonly string[] {
  const clean = (text: string): string =>
    text
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9._@-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .replace(/-+$/, '');
  const base = clean(given).slice(0, 60) || 'user';
  const second = `${base}@${clean(provider).slice(0, 30) || 'outside'}`;
  const numbered = Array.from({ length: 20 }, (_, index) => `${second}-${index + 2}`);
  return [base, second, ...numbered].filter(isPeopleName);
}
