import type { AuditPlace, AuditStore } from '../ports/audit-store.ts';
import type { Queries } from '../ports/queries.ts';
import { genesisHash, readDocument } from './chain.ts';
import { type Removal, removalOperation } from './remove-old-entries.ts';
import { type AuditFinding, missingRows, verifyRows } from './verify-rows.ts';

export type VerifyRequest = Readonly<{
  /** A place that is known from elsewhere: looking begins there. null: at the first row that is kept. */
  anchor: AuditPlace | null;
  /** How many rows to look at, at most. */
  limit: number;
}>;

export type AuditVerdict = Readonly<{
  findings: readonly AuditFinding[];
  /** The first row that was looked at, and how many were. */
  from: number;
  checked: number;
  /** The last of them: an anchor for later. */
  last: AuditPlace;
  /** The anchor to go on with; null: the end was reached. */
  next: AuditPlace | null;
  /** The anchor stands before the rows that are kept, so nothing was compared with it. */
  anchorRemoved: boolean;
}>;

const page = 1_000;
const mostFindings = 100;

/** Looks whether the log is what it was. What is appended meanwhile is looked at as well. */
export function createVerifyLog({ audit, queries }: Readonly<{ audit: AuditStore; queries: Queries }>) {
  /** What retention removed, newest first, by its own entries. Each of them is a row that is verified itself. */
  async function removals(): Promise<readonly Removal[]> {
    const filter = { object: 'audit', operation: removalOperation };
    const { items } = await queries.listAudit(filter, { limit: 10, after: null });
    return items.flatMap(({ document }) => {
      const detail = readDocument(document)?.detail;
      return detail === undefined ? [] : [detail as Removal];
    });
  }

  /** Where the chain begins: before the first row that is kept. */
  async function beginning(): Promise<Readonly<{ after: AuditPlace; findings: readonly AuditFinding[] }>> {
    const start = { number: 0, hash: genesisHash };
    const [first] = await audit.read(1, 1);
    if (first === undefined || first.number === 1) return { after: start, findings: [] };
    const before = { number: first.number - 1, hash: first.previousHash };
    const known = (await removals()).some(
      ({ through, hash }) => through > before.number || (through === before.number && hash === before.hash),
    );
    return { after: before, findings: known ? [] : [missingRows(1, before.number)] };
  }

  /** Looks at the anchor's own row; null: it is not kept any more. */
  async function anchored(
    anchor: AuditPlace,
  ): Promise<Readonly<{ after: AuditPlace; findings: readonly AuditFinding[] }> | null> {
    const { number, hash } = anchor;
    const at = { number, through: number };
    const head = await audit.head();
    if (number > head.number) {
      const message = `The log ends at row ${head.number}, and once had row ${number}.`;
      return { after: head, findings: [{ kind: 'cut_off', number: head.number, through: number, message }] };
    }
    const [row] = await audit.read(number, 1);
    if (row?.number === number) {
      const found = { number, hash: row.hash };
      if (row.hash === hash)
        return { after: found, findings: verifyRows({ number: number - 1, hash: row.previousHash }, [row]).findings };
      const message = `Row ${number} is another one than the anchor was taken of: it, or a row before it, was changed and all that follow were made anew.`;
      return { after: found, findings: [{ kind: 'forked', ...at, message }] };
    }
    const removed = (await removals()).some(({ through }) => through >= number);
    if (removed) return null;
    return { after: anchor, findings: [missingRows(number, number)] };
  }

  return async ({ anchor, limit }: VerifyRequest): Promise<AuditVerdict> => {
    const given = anchor === null || anchor.number === 0 ? null : await anchored(anchor);
    const { after, findings: before } = given ?? (await beginning());
    const findings = [...before];
    let last = after;
    let checked = 0;
    for (;;) {
      const rows = await audit.read(last.number + 1, Math.min(page, limit - checked));
      const verdict = verifyRows(last, rows);
      findings.push(...verdict.findings);
      last = verdict.last;
      checked += rows.length;
      if (findings.length >= mostFindings || (rows.length > 0 && checked >= limit)) {
        const more = (await audit.read(last.number + 1, 1)).length > 0;
        if (more) return answer(last);
      }
      if (rows.length === 0) break;
    }
    const head = await audit.head();
    const grew = head.number > last.number && (await audit.read(last.number + 1, 1)).length > 0;
    if (grew) return answer(last);
    findings.push(...endProblems(last, head));
    return answer(null);

    function answer(next: AuditPlace | null): AuditVerdict {
      const anchorRemoved = anchor !== null && anchor.number > 0 && given === null;
      return { findings: findings.slice(0, mostFindings), from: after.number + 1, checked, last, next, anchorRemoved };
    }
  };
}

function endProblems(last: AuditPlace, head: AuditPlace): readonly AuditFinding[] {
  if (last.number < head.number) return [missingRows(last.number + 1, head.number)];
  if (last.number > head.number) {
    const [number, through] = [head.number + 1, last.number];
    return [
      {
        kind: 'foreign',
        number,
        through,
        message: `Rows from ${number} on were not added by a server: the log ends at ${head.number}.`,
      },
    ];
  }
  if (last.hash === head.hash) return [];
  const at = { number: last.number, through: last.number };
  return [{ kind: 'replaced', ...at, message: `Row ${last.number} is not the one that was added last.` }];
}
