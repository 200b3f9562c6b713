import type { SessionStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';
import type { SessionEntry } from './people-state.ts';
import { callerOf } from './role-store.ts';

export function createSessionStore({ people, now }: MemoryState): SessionStore {
  const { sessions } = people;
  const isLive = ({ ended, session }: SessionEntry): boolean => !ended && session.until > now();
  const where = (matches: (entry: SessionEntry) => boolean): SessionEntry | undefined =>
    [...sessions.values()].find((entry) => isLive(entry) && matches(entry));
  const live = (account: string): readonly SessionEntry[] =>
    [...sessions.values()].filter((entry) => isLive(entry) && entry.session.account === account);
  return {
    async begin({ id, account, address, agent, lifeMs, ...tokens }) {
      const at = now();
      const session = { id, account, address, agent, createdAt: at, renewedAt: at, until: at + lifeMs };
      sessions.set(id, { session, tokens, accessUntil: at + tokens.accessMs, ended: false, spent: new Map() });
      return session;
    },
    async find(accessHash) {
      const entry = where(({ tokens, accessUntil }) => tokens.accessHash === accessHash && accessUntil > now());
      const caller = entry === undefined ? null : callerOf(people, entry.session.account);
      return entry === undefined || caller === null ? null : { session: entry.session, caller };
    },
    async renew(refreshHash, next, graceMs) {
      const entry = where(({ tokens }) => tokens.refreshHash === refreshHash);
      if (entry !== undefined) {
        entry.spent.set(refreshHash, now());
        entry.tokens = next;
        entry.accessUntil = now() + next.accessMs;
        entry.session = { ...entry.session, renewedAt: now() };
        return { outcome: 'renewed', session: entry.session };
      }
      const family = where(({ spent }) => spent.has(refreshHash));
      if (family === undefined) return { outcome: 'unknown' };
      if ((family.spent.get(refreshHash) ?? 0) + graceMs > now()) return { outcome: 'just_spent' };
      family.ended = true;
      return { outcome: 'reused', session: family.session };
    },
    async end(id) {
      const entry = sessions.get(id);
      if (entry === undefined || !isLive(entry)) return false;
      entry.ended = true;
      return true;
    },
    async endAll(account) {
      const found = live(account);
      for (const entry of found) entry.ended = true;
      return found.length;
    },
    async list(account) {
      return live(account)
        .map(({ session }) => session)
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    },
  };
}
