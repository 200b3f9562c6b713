import type { SecretStore, StoredSecret } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export function createSecretStore(state: MemoryState): SecretStore {
  const keyOf = (workspace: string, name: string): string => JSON.stringify([workspace, name]);
  return {
    async put(secret) {
      state.secrets.set(keyOf(secret.workspace, secret.name), { ...secret, updatedAt: state.now() });
    },
    async get(workspace, name) {
      return state.secrets.get(keyOf(workspace, name)) ?? null;
    },
    async list(workspace) {
      const wanted = [...state.secrets.values()].filter(
        (secret) => (workspace ?? secret.workspace) === secret.workspace,
      );
      return wanted.sort(byName);
    },
    async remove(workspace, name) {
      return state.secrets.delete(keyOf(workspace, name));
    },
    async reseal(read, sealed) {
      const key = keyOf(read.workspace, read.name);
      const current = state.secrets.get(key);
      if (current?.envelope !== read.envelope) return false;
      state.secrets.set(key, { ...current, ...sealed });
      return true;
    },
  };
}

const byName = (a: StoredSecret, b: StoredSecret): number =>
  a.workspace === b.workspace ? (a.name < b.name ? -1 : 1) : a.workspace < b.workspace ? -1 : 1;
