// The audit log: who did what, when, from where, and what came of it.
//
//   server: each operation that changes something, each refusal ─▶ record ─▶ writer ─▶ store: a chain of hashes
//                                                                            └ many at once
//
// It is read by lists (`Queries`), exported as it is stored, and verified: see `chain.ts` and `verify-log.ts`.
import type { AuditEntry, AuditFilter, AuditOutcome, AuditPlace, AuditRow } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Page, Paged, Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { AuditWriter } from './audit-writer.ts';
import { documentOf, readDocument } from './chain.ts';
import { FoldRefusals } from './fold-refusals.ts';
import { type AuditVerdict, createVerifyLog, type VerifyRequest } from './verify-log.ts';

/** What is left out is not known, or not there. */
export type NewAuditEntry = Readonly<{ operation: string; outcome: AuditOutcome }> &
  Partial<Omit<AuditEntry, 'at' | 'count'>>;

/** An entry as it is read: where it stands, and what it says. */
export type AuditItem = AuditPlace & Readonly<{ previousHash: string; entry: AuditEntry }>;

export type Audit = Readonly<{
  /**
   * Resolves when it is stored; false: the log could not take it. Never rejects, so nobody need wait for it; `gather` says that
   * nobody does, so it may be stored a moment later together with others.
   */
  record(entry: NewAuditEntry, options?: Readonly<{ gather: boolean }>): Promise<boolean>;
  /** Newest first. */
  list(filter: AuditFilter, page: Page): Promise<Paged<AuditItem>>;
  /** All rows from a number on, in their order, up to the present end. */
  export(from: number): AsyncIterable<readonly AuditRow[]>;
  verify(request: VerifyRequest): Promise<AuditVerdict>;
  head(): Promise<AuditPlace>;
  /** Stores what waits. */
  stop(): Promise<void>;
}>;

const mostWaiting = 10_000;
const exportPage = 500;

export type AuditOptions = Readonly<{
  store: Store;
  queries: Queries;
  clock: Clock;
  onError(error: unknown, where: string): void;
}>;

export function createAudit({ store, queries, clock, onError }: AuditOptions): Audit {
  const { audit } = store;
  const writer = new AuditWriter({
    audit,
    clock,
    most: mostWaiting,
    lostEntry: (count) =>
      documentOf(
        complete({
          operation: 'loseAuditEntries',
          outcome: 'failed',
          object: 'audit',
          actorKind: 'system',
          detail: { count },
        }),
      ),
    onError,
  });
  const complete = (entry: NewAuditEntry): AuditEntry => ({ ...unknown, at: clock.now(), ...entry });
  const folded = new FoldRefusals(clock, (entry) => void writer.record(documentOf(entry)));
  return {
    async record(given, options) {
      const entry = complete(given);
      if (entry.outcome === 'refused' && !folded.isFirst(entry)) return true;
      return writer.record(documentOf(entry), options?.gather);
    },
    async list(filter, page) {
      const { items, next } = await queries.listAudit(filter, page);
      return { items: items.flatMap(itemOf), next };
    },
    async *export(from) {
      let at = from;
      const { number: end } = await audit.head();
      while (at <= end) {
        const rows = await audit.read(at, exportPage);
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows;
        at = last.number + 1;
      }
    },
    verify: createVerifyLog({ audit, queries }),
    head: () => audit.head(),
    async stop() {
      folded.flush();
      await writer.stop();
    },
  };
}

const unknown: Omit<AuditEntry, 'at' | 'operation' | 'outcome'> = {
  actor: null,
  actorKind: null,
  session: null,
  apiKey: null,
  address: null,
  workspace: null,
  object: null,
  code: null,
  count: 1,
  before: null,
  after: null,
  detail: null,
  request: null,
};

/** A row that somebody made unreadable is for `verify` to tell, and no reason to show no list. */
function itemOf({ number, hash, previousHash, document, facts }: AuditRow): readonly AuditItem[] {
  const entry = readDocument(document) ?? { ...unknown, ...facts };
  return [{ number, hash, previousHash, entry }];
}
