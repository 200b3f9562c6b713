import type { AccountStore, OneTimeLink } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { type AccountRow, decodeAccount } from './account-rows.ts';

const addAccount = readStatement(import.meta.url, 'add-account');
const getAccount = readStatement(import.meta.url, 'get-account');
const listAccounts = readStatement(import.meta.url, 'list-accounts');
const changeAccount = readStatement(import.meta.url, 'change-account');
const removeAccount = readStatement(import.meta.url, 'remove-account');
const signInFailed = readStatement(import.meta.url, 'sign-in-failed');
const signedIn = readStatement(import.meta.url, 'signed-in');
const unlockAccount = readStatement(import.meta.url, 'unlock-account');
const countTry = readStatement(import.meta.url, 'count-try');
const forgetTries = readStatement(import.meta.url, 'forget-tries');
const putLink = readStatement(import.meta.url, 'put-link');
const findLink = readStatement(import.meta.url, 'find-link');
const takeLink = readStatement(import.meta.url, 'take-link');

export function createAccountStore(database: Database): AccountStore {
  return {
    async add({ name, kind, displayName, email, passwordHash, createdBy }) {
      const values = [name, kind, displayName, email, passwordHash, createdBy];
      return (await database.query(addAccount, values)).length > 0;
    },
    async get(name) {
      const [row] = await database.query<AccountRow>(getAccount, [name]);
      return row === undefined ? null : decodeAccount(row);
    },
    async list() {
      return (await database.query<AccountRow>(listAccounts, [])).map(decodeAccount);
    },
    async change(name, { displayName, email, passwordHash, disabled }) {
      const values = [displayName, email, passwordHash, disabled].flatMap((value) => [
        value !== undefined,
        value ?? null,
      ]);
      const [row] = await database.query<AccountRow>(changeAccount, [name, ...values]);
      return row === undefined ? null : decodeAccount(row);
    },
    async remove(name) {
      return (await database.query(removeAccount, [name])).length > 0;
    },
    async signInFailed(name, { most, lockMs }) {
      await database.query(signInFailed, [name, most, lockMs]);
    },
    async signedIn(name) {
      await database.query(signedIn, [name]);
    },
    async unlock(name) {
      return (await database.query(unlockAccount, [name])).length > 0;
    },
    async countTry(key, windowMs) {
      const [row] = await database.query<{ count: number }>(countTry, [key, windowMs]);
      const count = row?.count ?? 0;
      // A window that begins is a good moment to forget those that ended.
      if (count === 1) await database.query(forgetTries, [windowMs * 10]);
      return count;
    },
    async putLink({ hash, purpose, account }, lifeMs) {
      await database.query(putLink, [hash, purpose, account, lifeMs]);
    },
    async findLink(hash) {
      const [row] = await database.query<OneTimeLink>(findLink, [hash]);
      return row ?? null;
    },
    async takeLink(hash) {
      const [row] = await database.query<OneTimeLink>(takeLink, [hash]);
      return row ?? null;
    },
  };
}
