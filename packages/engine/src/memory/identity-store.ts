import type { IdentityKey, IdentityStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

const keyOf = ({ issuer, subject }: IdentityKey): string => JSON.stringify([issuer, subject]);

export function createIdentityStore({ people, now }: MemoryState): IdentityStore {
  const { identities, accounts } = people;
  return {
    async find(key) {
      const found = identities.get(keyOf(key));
      return found !== undefined && accounts.has(found.account) ? found.account : null;
    },
    async link({ issuer, subject, account, provider }) {
      const key = keyOf({ issuer, subject });
      const before = identities.get(key);
      if ((before !== undefined && accounts.has(before.account)) || !accounts.has(account)) return false;
      identities.set(key, { issuer, subject, account, provider, linkedAt: now() });
      return true;
    },
    async unlink({ account, ...key }) {
      return identities.get(keyOf(key))?.account === account && identities.delete(keyOf(key));
    },
    async of(account) {
      const found = [...identities.values()].filter((one) => one.account === account && accounts.has(account));
      const order = ({ provider, subject }: (typeof found)[number]): string => JSON.stringify([provider, subject]);
      return found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
    },
  };
}
