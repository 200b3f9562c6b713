import type { DeliveryStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { type DeliveryRow, decodeDelivery, deliveryValues } from './delivery-rows.ts';

const appendDelivery = readStatement(import.meta.url, 'append-delivery');
const getDelivery = readStatement(import.meta.url, 'get-delivery');
const firstAccepted = readStatement(import.meta.url, 'first-accepted');
const forgetDeliveries = readStatement(import.meta.url, 'forget-deliveries');

export function createDeliveryStore(database: Database): DeliveryStore {
  const one = (rows: readonly DeliveryRow[]) => (rows[0] === undefined ? null : decodeDelivery(rows[0]));
  return {
    async append(delivery) {
      const stored = one(await database.query<DeliveryRow>(appendDelivery, deliveryValues(delivery)));
      if (stored === null) throw new Error('PostgreSQL gave no row for an insert.');
      return stored;
    },
    async get(id) {
      return /^\d{1,18}$/.test(id) ? one(await database.query<DeliveryRow>(getDelivery, [id])) : null;
    },
    async firstAccepted(workspace, startKey) {
      return one(await database.query<DeliveryRow>(firstAccepted, [workspace, startKey]));
    },
    async forget({ keepMs, limit }) {
      return (await database.query(forgetDeliveries, [Math.round(keepMs), limit])).length;
    },
  };
}
