import type { DeliveryOutcome, DeliveryStore } from '../ports/delivery-store.ts';

/** Tells what became of each delivery, once it is in the log. */
export function countDeliveries(
  deliveries: DeliveryStore,
  onLogged: (outcome: DeliveryOutcome) => void,
): DeliveryStore {
  return {
    ...deliveries,
    async append(delivery) {
      const stored = await deliveries.append(delivery);
      onLogged(stored.outcome);
      return stored;
    },
  };
}
