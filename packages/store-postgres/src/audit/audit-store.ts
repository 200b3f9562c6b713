import type { AuditFacts, AuditPlace, AuditRow, AuditStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const appendAudit = readStatement(import.meta.url, 'append-audit');
const auditHead = readStatement(import.meta.url, 'audit-head');
const readAudit = readStatement(import.meta.url, 'read-audit');
const lastOlderThan = readStatement(import.meta.url, 'last-older-than');
const allowRemoval = readStatement(import.meta.url, 'allow-removal');
const removeAudit = readStatement(import.meta.url, 'remove-audit');

type PlaceRow = Readonly<{ number: string; hash: string }>;

/** bigint comes as text. */
export type StoredAuditRow = PlaceRow &
  Omit<AuditFacts, 'at'> &
  Readonly<{ previous_hash: string; document: string; at: string }>;

export function createAuditStore(database: Database): AuditStore {
  return {
    async append(documents) {
      const facts = documents.map((one) => one.facts);
      const [end] = await database.query<PlaceRow>(appendAudit, [
        documents.map(({ document }) => document),
        facts.map(({ at }) => at),
        facts.map(({ actor }) => actor),
        facts.map(({ operation }) => operation),
        facts.map(({ workspace }) => workspace),
        facts.map(({ object }) => object),
        facts.map(({ outcome }) => outcome),
      ]);
      return decodePlace(end);
    },
    async head() {
      const [head] = await database.query<PlaceRow>(auditHead, []);
      return decodePlace(head);
    },
    async read(from, limit) {
      return (await database.query<StoredAuditRow>(readAudit, [from, limit])).map(decodeAuditRow);
    },
    async lastOlderThan(keepMs) {
      const [row] = await database.query<PlaceRow>(lastOlderThan, [keepMs]);
      return row === undefined ? null : decodePlace(row);
    },
    async allowRemoval(through) {
      await database.query(allowRemoval, [through]);
    },
    async remove(limit) {
      return (await database.query(removeAudit, [limit])).length;
    },
  };
}

/** Somebody who takes the row of the head away takes the whole log away: that is its end then. */
const decodePlace = (row: PlaceRow | undefined): AuditPlace => ({
  number: Number(row?.number ?? 0),
  hash: row?.hash ?? '0'.repeat(64),
});

export const decodeAuditRow = (row: StoredAuditRow): AuditRow => ({
  number: Number(row.number),
  previousHash: row.previous_hash,
  hash: row.hash,
  document: row.document,
  facts: {
    at: Number(row.at),
    actor: row.actor,
    operation: row.operation,
    workspace: row.workspace,
    object: row.object,
    outcome: row.outcome,
  },
});
