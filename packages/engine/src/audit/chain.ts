// The chain of the audit log. Row n holds
//
//   hash(n) = sha256( n · hash(n−1) · document(n) )          hash(0) = 64 zeros
//
// with line feeds between the parts. So a row that is changed no longer fits its hash; one with a hash made anew no longer
// fits the row after it; a row that is missing leaves a hole in the numbers; and one that stands elsewhere has the wrong
// number in its hash. Whoever may write to the database can make all hashes anew from some row on: that shows against a
// place that was kept elsewhere (`AuditPlace`). The PostgreSQL store makes the same hash in `append-audit.sql`.
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '@millrace/core';
import type { AuditDocument, AuditEntry, AuditFacts } from '../ports/audit-store.ts';

export const genesisHash = '0'.repeat(64);

export const hashOfRow = (number: number, previousHash: string, document: string): string =>
  createHash('sha256').update(`${number}\n${previousHash}\n${document}`).digest('hex');

const maxFactLength = 500;
/** Of `before`, `after` and `detail`, each. */
const maxPartLength = 16_000;

/** The entry as it is stored. What is too long is cut: the log shall hold whatever callers send. */
export function documentOf(entry: AuditEntry): AuditDocument {
  const facts: AuditFacts = {
    at: Math.round(entry.at),
    actor: textOrNull(entry.actor),
    operation: plainText(entry.operation),
    workspace: textOrNull(entry.workspace),
    object: textOrNull(entry.object),
    outcome: entry.outcome,
  };
  const document = canonicalJson({
    ...facts,
    actorKind: entry.actorKind,
    session: entry.session,
    apiKey: entry.apiKey,
    address: textOrNull(entry.address),
    code: entry.code,
    count: entry.count,
    before: bounded(entry.before),
    after: bounded(entry.after),
    detail: bounded(entry.detail),
    request: textOrNull(entry.request),
  });
  return { document, facts };
}

/** Reads what `documentOf` wrote; null: somebody else wrote this. */
export function readDocument(document: string): AuditEntry | null {
  try {
    return JSON.parse(document) as AuditEntry | null;
  } catch {
    return null;
  }
}

/** Columns cannot hold every text; names with such letters exist only in requests that are refused. */
const plainText = (text: string): string =>
  text
    .slice(0, maxFactLength)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\u{fffd}');

const textOrNull = (text: string | null): string | null => (text === null ? null : plainText(text));

function bounded(part: Json): Json {
  const text = canonicalJson(part);
  return text.length <= maxPartLength ? part : { omitted: 'too large', length: text.length };
}
