import { joinedOf } from '@millrace/core';
import type { JoinedWorker, JoinStore, JoinToken, ShownToken } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';
import type { JoinedEntry } from './people-state.ts';

/** How old what is noted of the last use may be. */
const noteMs = 60_000;

export function createJoinStore({ people, workers, now }: MemoryState): JoinStore {
  const { joinTokens, joined } = people;

  function use({ id, hash }: Readonly<{ id: string; hash: string }>): JoinToken | null {
    const entry = joinTokens.get(id);
    if (entry === undefined || entry.hash !== hash) return null;
    const { until, mostUses, uses } = entry.token;
    if (until !== null && until <= now()) return null;
    if (mostUses !== null && uses >= mostUses) return null;
    entry.token = { ...entry.token, uses: uses + 1, usedAt: now() };
    return entry.token;
  }

  function worthOf({ hash, previous }: JoinedEntry, shown: string): ShownToken['is'] {
    if (shown === hash) return 'current';
    if (shown !== previous?.hash) return 'wrong';
    return previous.until > now() ? 'previous' : 'spent';
  }

  return {
    async addToken({ hash, lifeMs, ...given }) {
      const at = now();
      const until = lifeMs === null ? null : at + lifeMs;
      const token: JoinToken = { ...given, createdAt: at, until, uses: 0, usedAt: null };
      joinTokens.set(token.id, { token, hash });
      return token;
    },
    async getToken(id) {
      return joinTokens.get(id)?.token ?? null;
    },
    async tokens() {
      return [...joinTokens.values()]
        .map(({ token }) => token)
        .sort((left, right) => left.createdAt - right.createdAt || compareTexts(left.id, right.id));
    },
    async removeToken(id) {
      return joinTokens.delete(id);
    },
    async join({ joinToken, worker: { id, hash, name }, forgetMs }) {
      for (const [other, { worker }] of joined) {
        if (other !== id && worker.usedAt < now() - forgetMs) joined.delete(other);
      }
      const known = joined.get(id);
      if (known !== undefined) return known.hash === hash ? known.worker : null;
      const token = use(joinToken);
      if (token === null) return null;
      const at = now();
      const worker: JoinedWorker = {
        id,
        name,
        bounds: token.bounds,
        joinToken: token.id,
        joinedAt: at,
        usedAt: at,
        rotatedAt: at,
        revokedAt: null,
        revokedBy: null,
      };
      joined.set(id, { worker, hash, previous: null });
      return worker;
    },
    async shown(id, hash) {
      const entry = joined.get(id);
      if (entry === undefined) return null;
      const is = worthOf(entry, hash);
      const { usedAt, revokedAt } = entry.worker;
      const isGood = (is === 'current' || is === 'previous') && revokedAt === null;
      if (isGood && usedAt <= now() - noteMs) entry.worker = { ...entry.worker, usedAt: now() };
      return { worker: entry.worker, is };
    },
    async hashesOf(id) {
      const entry = joined.get(id);
      if (entry === undefined || entry.worker.revokedAt !== null) return null;
      return { hash: entry.hash, previous: entry.previous };
    },
    async rotate(id, shownHash, newHash, overlapMs) {
      const entry = joined.get(id);
      if (entry === undefined || entry.hash !== shownHash || entry.worker.revokedAt !== null) return false;
      entry.previous = { hash: shownHash, until: now() + overlapMs };
      entry.hash = newHash;
      entry.worker = { ...entry.worker, rotatedAt: now(), usedAt: now() };
      return true;
    },
    async revoke(id, by) {
      const entry = joined.get(id);
      if (entry === undefined) return null;
      const { revokedAt, revokedBy } = entry.worker;
      entry.worker = { ...entry.worker, revokedAt: revokedAt ?? now(), revokedBy: revokedBy ?? by };
      for (const process of [...workers.keys()]) if (joinedOf(process) === id) workers.delete(process);
      return entry.worker;
    },
    async list(most) {
      return [...joined.values()]
        .map(({ worker }) => worker)
        .sort((left, right) => right.usedAt - left.usedAt || compareTexts(left.id, right.id))
        .slice(0, most);
    },
  };
}

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
