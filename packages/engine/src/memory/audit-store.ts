import { isWithinReach, namedObject } from '@millrace/core';
import { genesisHash, hashOfRow } from '../audit/chain.ts';
import type { AuditFilter, AuditRow, AuditStore, Page, Paged } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export type AuditState = { rows: AuditRow[]; head: Readonly<{ number: number; hash: string }>; removable: number };

export const createAuditState = (): AuditState => ({ rows: [], head: { number: 0, hash: genesisHash }, removable: 0 });

export function createAuditStore({ audit, now }: MemoryState): AuditStore {
  return {
    async append(documents) {
      for (const { document, facts } of documents) {
        const { number: before, hash: previousHash } = audit.head;
        const number = before + 1;
        const hash = hashOfRow(number, previousHash, document);
        audit.rows.push({ number, previousHash, hash, document, facts });
        audit.head = { number, hash };
      }
      return audit.head;
    },
    head: async () => audit.head,
    read: async (from, limit) => audit.rows.filter(({ number }) => number >= from).slice(0, limit),
    async lastOlderThan(keepMs) {
      const young = audit.rows.findIndex(({ facts }) => facts.at > now() - keepMs);
      const last = young === -1 ? audit.rows.at(-1) : audit.rows[young - 1];
      return last === undefined ? null : { number: last.number, hash: last.hash };
    },
    async allowRemoval(through) {
      audit.removable = Math.max(audit.removable, through);
    },
    async remove(limit) {
      const count = Math.min(limit, audit.rows.filter(({ number }) => number <= audit.removable).length);
      audit.rows.splice(0, count);
      return count;
    },
  };
}

export function listAudit({ audit }: MemoryState, filter: AuditFilter, { limit, after }: Page): Paged<AuditRow> {
  const before = after === null ? Number.POSITIVE_INFINITY : Number(after);
  const found = audit.rows.filter(({ number, facts }) => number < before && matches(filter, facts)).reverse();
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? String(items.at(-1)?.number) : null };
}

function matches(filter: AuditFilter, facts: AuditRow['facts']): boolean {
  const { actor, operation, object, outcome, workspace, since, until, reach } = filter;
  const { object: own } = facts;
  return (
    (actor === undefined || facts.actor === actor) &&
    (operation === undefined || facts.operation === operation) &&
    (object === undefined || own === object || own?.startsWith(`${object}/`) === true) &&
    (outcome === undefined || facts.outcome === outcome) &&
    (workspace === undefined || facts.workspace === workspace) &&
    (since === undefined || facts.at >= since) &&
    (until === undefined || facts.at < until) &&
    (reach === undefined || isWithinReach(reach, namedObject(facts.workspace, null)))
  );
}
