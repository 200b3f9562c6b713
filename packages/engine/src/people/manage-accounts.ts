import { MillraceError } from '@millrace/core';
import type { Account, AccountChange } from '../ports/account-store.ts';
import type { Session } from '../ports/session-store.ts';
import type { Store } from '../ports/store.ts';
import { keepAdministrator } from './keep-administrator.ts';
import { checkNewPassword, hashPassword, isPassword } from './passwords.ts';
import { normalName } from './sign-in.ts';
import { hashToken, newToken } from './tokens.ts';

type CreateAccount = Readonly<{
  name: string;
  kind: 'user' | 'service';
  displayName: string | null;
  email: string | null;
  /** null: a link is needed first, or (a service) there is none. */
  password: string | null;
  by: string;
}>;

export type Accounts = Readonly<{
  list(): Promise<readonly Account[]>;
  /** Codes: not_found. */
  get(name: string): Promise<Account>;
  /** Codes: invalid_request, name_taken. */
  create(request: CreateAccount): Promise<Account>;
  /** A disabled account's sessions end. Codes: not_found, last_administrator. */
  change(name: string, change: Pick<AccountChange, 'displayName' | 'email' | 'disabled'>): Promise<Account>;
  /** Codes: not_found, last_administrator. */
  remove(name: string): Promise<void>;
  /** A token for a link that sets a new password, once, within a day. Codes: not_found, invalid_request (a service). */
  resetToken(name: string): Promise<string>;
  /** Sets a password with such a token; every session of the account ends. Codes: sign_in_failed, invalid_request. */
  reset(token: string, password: string): Promise<string>;
  /** Whoever has a session shows that he has the password too. Codes: sign_in_failed, rate_limited, invalid_request (it has none). */
  checkPassword(name: string, password: string): Promise<void>;
  /** Codes: those of `checkPassword` for the old one, invalid_request. Every session ends. */
  changePassword(name: string, passwords: Readonly<{ old: string; next: string }>): Promise<void>;
  sessions(name: string): Promise<readonly Session[]>;
  endSessions(name: string): Promise<number>;
}>;

const namePattern = /^[a-z0-9][a-z0-9._@-]{0,99}$/;
/** What stands for those without an account. */
const reserved = ['local', 'api-token', 'api', 'cli', 'system'];
const guesses = { most: 10, windowMs: 15 * 60_000 };
export const linkLifeMs = 24 * 3_600_000;

export const isPeopleName = (name: string): boolean => namePattern.test(name) && !reserved.includes(name);

/** Throws `invalid_request` for what cannot name an account, group or role. */
export function checkPeopleName(name: string, what: string): void {
  if (isPeopleName(name)) return;
  throw new MillraceError('invalid_request', `${JSON.stringify(name.slice(0, 100))} cannot be the name of ${what}.`, {
    hint: `Names have small letters, digits and . _ @ -, and begin with a letter or digit. Not: ${reserved.join(', ')}.`,
  });
}

export function createAccounts(store: Store): Accounts {
  const { accounts, sessions } = store;
  const get = async (name: string): Promise<Account> => {
    const account = await accounts.get(normalName(name));
    if (account !== null) return account;
    throw new MillraceError('not_found', `There is no account ${name}.`, { hint: 'millrace user list shows them.' });
  };
  const without = (name: string) =>
    keepAdministrator(store, (now) => ({ ...now, accounts: now.accounts.filter((one) => one.name !== name) }));
  async function checkPassword(name: string, password: string): Promise<void> {
    const { name: account, passwordHash } = await get(name);
    // A session that somebody else got hold of is no place to guess the password in.
    if ((await accounts.countTry(`old password ${account}`, guesses.windowMs)) > guesses.most) {
      throw new MillraceError('rate_limited', 'Too many passwords were tried.', {
        hint: 'Try again in a few minutes, or ask an administrator for a link to set a new one.',
      });
    }
    if (passwordHash === null) {
      throw new MillraceError('invalid_request', 'Your account has no password here.', {
        hint: 'An administrator can give you a link to set one.',
      });
    }
    if (await isPassword(password, passwordHash)) return;
    throw new MillraceError('sign_in_failed', 'This is not your password.', {
      hint: 'An administrator can give you a link to set a new one.',
    });
  }
  return {
    list: () => accounts.list(),
    get,
    async create({ name: given, kind, displayName, email, password, by }) {
      const name = normalName(given);
      checkPeopleName(name, 'an account');
      if (kind === 'service' && password !== null) {
        throw new MillraceError('invalid_request', 'A service has no password.', { hint: 'Give it an API key.' });
      }
      if (password !== null) checkNewPassword(password, name);
      const passwordHash = password === null ? null : await hashPassword(password);
      const account = { name, kind, displayName: displayName ?? name, email, passwordHash, createdBy: by };
      if (await accounts.add(account)) return get(name);
      throw new MillraceError('name_taken', `There is an account ${name} already.`, { hint: 'Take another name.' });
    },
    async change(name, change) {
      const { name: known } = await get(name);
      if (change.disabled === true) await without(known);
      const changed = await accounts.change(known, change);
      if (change.disabled === true) await sessions.endAll(known);
      return changed ?? get(known);
    },
    async remove(name) {
      const { name: known } = await get(name);
      await without(known);
      await accounts.remove(known);
    },
    async resetToken(name) {
      const account = await get(name);
      if (account.kind === 'service') {
        throw new MillraceError('invalid_request', `${name} is a service, which has no password.`, {
          hint: 'Give it an API key.',
        });
      }
      const token = newToken();
      await accounts.putLink({ hash: hashToken(token), purpose: 'reset', account: account.name }, linkLifeMs);
      return token;
    },
    async reset(token, password) {
      const found = await accounts.findLink(hashToken(token));
      if (found?.purpose !== 'reset' || found.account === null) throw wrongLink();
      // Before the link is used up: a password that is refused costs nobody his link.
      checkNewPassword(password, found.account);
      const link = await accounts.takeLink(found.hash);
      if (link?.account !== found.account) throw wrongLink();
      await accounts.change(found.account, { passwordHash: await hashPassword(password) });
      await sessions.endAll(found.account);
      return found.account;
    },
    checkPassword,
    async changePassword(name, { old, next }) {
      const account = await get(name);
      await checkPassword(name, old);
      checkNewPassword(next, account.name);
      await accounts.change(account.name, { passwordHash: await hashPassword(next) });
      await sessions.endAll(account.name);
    },
    sessions: async (name) => sessions.list((await get(name)).name),
    endSessions: async (name) => sessions.endAll((await get(name)).name),
  };
}

export const wrongLink = (): MillraceError =>
  new MillraceError('sign_in_failed', 'This link is not good, or was used, or is too old.', {
    hint: 'Ask an administrator for another one.',
  });
