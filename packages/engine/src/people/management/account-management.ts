import { MillraceError } from '@millrace/core';
import type { Account } from '../../ports/account-store.ts';
import type { Binding } from '../../ports/role-store.ts';
import type { Session } from '../../ports/session-store.ts';
import type { Store } from '../../ports/store.ts';
import type { Actor } from '../actor.ts';
import { bindingsOf, type Everybody, groupsOf, readEverybody } from '../everybody.ts';
import type { IdentityLink, IdentityLinks } from '../identity-links.ts';
import { type Accounts, linkLifeMs } from '../manage-accounts.ts';
import { ownAccount } from '../own-account.ts';
import { checkAccount } from './may-manage.ts';

export type AccountKind = Account['kind'];

/** An account with what it has. */
export type AccountDetail = Account & Readonly<{ groups: readonly string[]; bindings: readonly Binding[] }>;

type NewAccountRequest = Readonly<{
  kind: AccountKind;
  name: string;
  displayName: string | null;
  email: string | null;
  password: string | null;
}>;

/** A token for a link that sets a password, once. */
export type PasswordLink = Readonly<{ account: string; token: string; lifeMs: number }>;

/** Each of these refuses (`forbidden`) to touch an account that may do more than the caller; see may-manage.ts. */
export type AccountManagement = Readonly<{
  list(kind: AccountKind): Promise<readonly AccountDetail[]>;
  /** Codes: not_found. */
  get(kind: AccountKind, name: string): Promise<AccountDetail>;
  /** `link`: of a person without a password. Codes: invalid_request, name_taken. */
  create(
    actor: Actor,
    request: NewAccountRequest,
  ): Promise<Readonly<{ account: AccountDetail; link: PasswordLink | null }>>;
  /** Codes: not_found, forbidden, last_administrator. */
  change(
    actor: Actor,
    kind: AccountKind,
    name: string,
    change: Readonly<{ displayName?: string; email?: string | null; disabled?: boolean }>,
  ): Promise<AccountDetail>;
  /** Codes: not_found, forbidden, last_administrator. */
  remove(actor: Actor, kind: AccountKind, name: string): Promise<void>;
  /** Codes: not_found, forbidden. */
  resetPassword(actor: Actor, name: string): Promise<PasswordLink>;
  /** After too many wrong passwords. Codes: not_found, forbidden. */
  unlock(actor: Actor, name: string): Promise<AccountDetail>;
  /** Codes: not_found. */
  sessions(name: string): Promise<readonly Session[]>;
  /** Gives how many ended. Codes: not_found, forbidden. */
  signOut(actor: Actor, name: string): Promise<number>;
  /** One of the caller's own sessions. Codes: not_found. */
  endOwnSession(actor: Actor, session: string): Promise<void>;
  /** All of the caller's own sessions but the one that he shows; gives how many ended. Codes: not_found. */
  endOtherSessions(actor: Actor): Promise<number>;
  /** Who of outside providers belongs to a user. Codes: not_found. */
  identities(name: string): Promise<readonly IdentityLink[]>;
  /** Takes one of them away, and ends the user's sessions. Codes: not_found, forbidden. */
  removeIdentity(actor: Actor, name: string, identity: string): Promise<IdentityLink>;
}>;

export function createAccountManagement(store: Store, accounts: Accounts, links: IdentityLinks): AccountManagement {
  const find = async (kind: AccountKind, name: string): Promise<Account> => {
    const account = await accounts.get(name);
    if (account.kind === kind) return account;
    throw kind === 'user' ? isService(account.name) : isPerson(account.name);
  };
  const detail = async (account: Account): Promise<AccountDetail> => withHoldings(await readEverybody(store), account);
  /** The account, once it is known that the caller may touch it. */
  const open = async (actor: Actor, kind: AccountKind, name: string): Promise<Account> => {
    const account = await find(kind, name);
    checkAccount(actor, await readEverybody(store), account);
    return account;
  };
  const link = async (account: string): Promise<PasswordLink> => ({
    account,
    token: await accounts.resetToken(account),
    lifeMs: linkLifeMs,
  });

  return {
    async list(kind) {
      const everybody = await readEverybody(store);
      return everybody.accounts.filter((one) => one.kind === kind).map((one) => withHoldings(everybody, one));
    },
    get: async (kind, name) => detail(await find(kind, name)),
    async create(actor, request) {
      const account = await accounts.create({ ...request, by: actor.name });
      const needsLink = request.kind === 'user' && request.password === null;
      return { account: await detail(account), link: needsLink ? await link(account.name) : null };
    },
    async change(actor, kind, name, change) {
      const account = await open(actor, kind, name);
      return detail(await accounts.change(account.name, change));
    },
    async remove(actor, kind, name) {
      await accounts.remove((await open(actor, kind, name)).name);
    },
    resetPassword: async (actor, name) => link((await open(actor, 'user', name)).name),
    async unlock(actor, name) {
      const account = await open(actor, 'user', name);
      await store.accounts.unlock(account.name);
      return detail(await accounts.get(account.name));
    },
    sessions: async (name) => accounts.sessions((await find('user', name)).name),
    signOut: async (actor, name) => accounts.endSessions((await open(actor, 'user', name)).name),
    async endOwnSession(actor, session) {
      const own = await store.sessions.list(actor.name);
      if (own.some(({ id }) => id === session) && (await store.sessions.end(session))) return;
      throw new MillraceError('not_found', 'You have no such session (any more).', {
        hint: 'GET /api/v1/me/sessions lists those that you have.',
      });
    },
    async endOtherSessions(actor) {
      const own = await store.sessions.list(ownAccount(actor));
      let ended = 0;
      for (const { id } of own) if (id !== actor.session && (await store.sessions.end(id))) ended += 1;
      return ended;
    },
    identities: async (name) => links.list((await find('user', name)).name),
    removeIdentity: async (actor, name, identity) => links.remove((await open(actor, 'user', name)).name, identity),
  };
}

const withHoldings = (everybody: Everybody, account: Account): AccountDetail => ({
  ...account,
  groups: groupsOf(everybody, account.name),
  bindings: bindingsOf(everybody, account.name),
});

const isService = (name: string): MillraceError =>
  new MillraceError('not_found', `There is no user ${name}: it is a service account.`, {
    hint: `Look at it with: millrace service-account show ${name}`,
  });

const isPerson = (name: string): MillraceError =>
  new MillraceError('not_found', `There is no service account ${name}: it is a user.`, {
    hint: `Look at it with: millrace user show ${name}`,
  });
