import type { Account, AccountStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export function createAccountStore({ people, now }: MemoryState): AccountStore {
  const { accounts, links, tries } = people;
  const update = (name: string, change: (account: Account) => Partial<Account>): Account | null => {
    const account = accounts.get(name);
    if (account === undefined) return null;
    const changed = { ...account, ...change(account) };
    accounts.set(name, changed);
    return changed;
  };
  return {
    async add(account) {
      if (accounts.has(account.name)) return false;
      const fresh = { disabled: false, createdAt: now(), signedInAt: null, failures: 0, lockedUntil: null };
      accounts.set(account.name, { ...account, ...fresh });
      return true;
    },
    async get(name) {
      return accounts.get(name) ?? null;
    },
    async list() {
      return [...accounts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async change(name, change) {
      const unlocked = change.passwordHash === undefined ? {} : { failures: 0, lockedUntil: null };
      return update(name, () => ({ ...change, ...unlocked }));
    },
    async remove(name) {
      if (!accounts.delete(name)) return false;
      for (const { members } of people.groups.values()) members.delete(name);
      for (const [key, { subject }] of people.bindings) {
        if (subject.kind === 'account' && subject.name === name) people.bindings.delete(key);
      }
      for (const [id, { session }] of people.sessions) if (session.account === name) people.sessions.delete(id);
      for (const [id, { key }] of people.apiKeys) if (key.account === name) people.apiKeys.delete(id);
      for (const [key, { account }] of people.identities) if (account === name) people.identities.delete(key);
      for (const [key, { answer }] of people.loginRequests) {
        if (answer?.account === name) people.loginRequests.delete(key);
      }
      for (const [hash, { link }] of links) if (link.account === name) links.delete(hash);
      return true;
    },
    async signInFailed(name, { most, lockMs }) {
      update(name, ({ failures, lockedUntil }) => ({
        failures: failures + 1,
        lockedUntil: failures + 1 >= most ? now() + lockMs : lockedUntil,
      }));
    },
    async signedIn(name) {
      update(name, () => ({ failures: 0, lockedUntil: null, signedInAt: now() }));
    },
    async unlock(name) {
      return update(name, () => ({ failures: 0, lockedUntil: null })) !== null;
    },
    async countTry(key, windowMs) {
      const before = tries.get(key);
      const open = before !== undefined && before.from + windowMs > now();
      const next = open ? { from: before.from, count: before.count + 1 } : { from: now(), count: 1 };
      tries.set(key, next);
      return next.count;
    },
    async putLink(link, lifeMs) {
      for (const [hash, { link: other }] of links) {
        if (other.purpose === link.purpose && other.account === link.account) links.delete(hash);
      }
      links.set(link.hash, { link, until: now() + lifeMs });
    },
    async findLink(hash) {
      const found = links.get(hash);
      return found === undefined || found.until <= now() ? null : found.link;
    },
    async takeLink(hash) {
      const found = links.get(hash);
      links.delete(hash);
      return found === undefined || found.until <= now() ? null : found.link;
    },
  };
}
