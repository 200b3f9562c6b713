import type { OutboxStore, StoredMessage } from '../ports/index.ts';
import { compareRunIds, type MemoryState, type MessageEntry, messageKeyOf } from './memory-state.ts';

export function createOutboxStore(state: MemoryState): OutboxStore {
  return {
    async takeOld({ olderThanMs, hideMs, limit }) {
      const now = state.now();
      const old: MessageEntry[] = [];
      for (const entry of state.outbox.values()) {
        if (entry.createdAt <= now - olderThanMs && entry.visibleAt <= now) old.push(entry);
      }
      const taken = old.sort(compareAge).slice(0, limit);
      for (const entry of taken) entry.visibleAt = now + hideMs;
      return taken.map(({ key, message }): StoredMessage => ({ key, run: key.run, message }));
    },
    async remove(keys) {
      for (const key of keys) state.outbox.delete(messageKeyOf(key));
    },
  };
}

const compareAge = (left: MessageEntry, right: MessageEntry): number =>
  left.createdAt - right.createdAt ||
  compareRunIds(left.key.run, right.key.run) ||
  left.key.version - right.key.version ||
  left.key.ordinal - right.key.ordinal;
