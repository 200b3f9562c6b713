import type { ApiKey, ApiKeyStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';
import { callerOf } from './role-store.ts';

/** How old what is noted of the last use may be. */
const noteMs = 60_000;

export function createApiKeyStore({ people, now }: MemoryState): ApiKeyStore {
  const { apiKeys } = people;
  return {
    async add({ hash, lifeMs, ...given }) {
      const at = now();
      const key: ApiKey = { ...given, createdAt: at, until: lifeMs === null ? null : at + lifeMs, usedAt: null };
      apiKeys.set(key.id, { key, hash });
      return key;
    },
    async use(id, hash) {
      const entry = apiKeys.get(id);
      if (entry === undefined || entry.hash !== hash) return null;
      const { until, usedAt } = entry.key;
      if (until !== null && until <= now()) return null;
      if (usedAt === null || usedAt + noteMs <= now()) entry.key = { ...entry.key, usedAt: now() };
      const caller = callerOf(people, entry.key.account);
      return caller === null ? null : { apiKey: entry.key, caller };
    },
    async list(account) {
      return [...apiKeys.values()]
        .map(({ key }) => key)
        .filter((key) => account === null || key.account === account)
        .sort(byAccountAndTime);
    },
    async get(id) {
      return apiKeys.get(id)?.key ?? null;
    },
    async remove(id) {
      return apiKeys.delete(id);
    },
  };
}

function byAccountAndTime(a: ApiKey, b: ApiKey): number {
  if (a.account !== b.account) return a.account < b.account ? -1 : 1;
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
