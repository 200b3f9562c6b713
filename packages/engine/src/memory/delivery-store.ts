import type { DeliveryStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export function createDeliveryStore(state: MemoryState): DeliveryStore {
  return {
    async append(delivery) {
      const stored = { ...delivery, id: String(state.nextDelivery), receivedAt: state.now() };
      state.nextDelivery += 1;
      state.deliveries.set(stored.id, stored);
      return stored;
    },
    async get(id) {
      return state.deliveries.get(id) ?? null;
    },
    async firstAccepted(workspace, startKey) {
      for (const delivery of state.deliveries.values()) {
        const same = delivery.workspace === workspace && delivery.startKey === startKey;
        if (same && delivery.outcome === 'accepted') return delivery;
      }
      return null;
    },
    async forget({ keepMs, limit }) {
      const before = state.now() - keepMs;
      const old = [...state.deliveries.values()].filter(({ receivedAt }) => receivedAt < before).slice(0, limit);
      for (const { id } of old) state.deliveries.delete(id);
      return old.length;
    },
  };
}
