import type { AuditEntry, AuditStore } from '../ports/audit-store.ts';

/** The operation of the entries that say what retention removes. */
export const removalOperation = 'removeAuditEntries';

/** Their detail: the last row that goes, which the first one that stays was made after. */
export type Removal = Readonly<{ through: number; hash: string; keepMs: number }>;

const batch = 1_000;
/** Entries that are removed together, so that the log does not fill with entries about itself. */
const togetherMs = 24 * 3_600_000;

export type RemoveOldEntriesOptions = Readonly<{
  audit: AuditStore;
  keepMs: number;
  record(entry: Pick<AuditEntry, 'operation' | 'object' | 'outcome' | 'detail'>): Promise<boolean>;
  onRemoved(count: number): void;
}>;

/**
 * Removes the first entries when they are older than `keepMs`, a piece at each call; gives whether there is more. First an
 * entry says which will go, so that the chain can still be verified and nobody can take entries away as if he were retention.
 */
export function createRemoveOldEntries({ audit, keepMs, record, onRemoved }: RemoveOldEntriesOptions) {
  return async (): Promise<boolean> => {
    const removed = await audit.remove(batch);
    onRemoved(removed);
    if (removed > 0) return true;
    if ((await audit.lastOlderThan(keepMs + togetherMs)) === null) return false;
    const last = await audit.lastOlderThan(keepMs);
    if (last === null) return false;
    const detail: Removal = { through: last.number, hash: last.hash, keepMs };
    const told = await record({ operation: removalOperation, object: 'audit', outcome: 'done', detail });
    if (told) await audit.allowRemoval(last.number);
    return told;
  };
}
