import type { AuditFacts, AuditPlace, AuditRow } from '../ports/audit-store.ts';
import { hashOfRow, readDocument } from './chain.ts';

/**
 * `changed`: the row is not what it was. `moved`: it is, but stood at another number. `replaced`: the row after it was made
 * after another one. `missing`: rows up to `through` are not there. `cut_off`: the log ends before a place that it had.
 * `forked`: at a place that is known from elsewhere, the log has another row. `foreign`: rows that stand after the end.
 */
export type AuditFinding = Readonly<{
  kind: 'changed' | 'moved' | 'replaced' | 'missing' | 'cut_off' | 'forked' | 'foreign';
  number: number;
  /** The last row that is concerned. */
  through: number;
  message: string;
}>;

export type RowsVerdict = Readonly<{ findings: readonly AuditFinding[]; last: AuditPlace }>;

/** Looks whether rows, in the order of their numbers, continue a chain that is right up to `after`. */
export function verifyRows(after: AuditPlace, rows: readonly AuditRow[]): RowsVerdict {
  const findings: AuditFinding[] = [];
  let last = after;
  for (const row of rows) {
    if (row.number > last.number + 1) findings.push(missingRows(last.number + 1, row.number - 1));
    else if (row.previousHash !== last.hash) findings.push(replacedRow(last.number, row.number));
    const problem = ownProblem(row, rows);
    if (problem !== null) findings.push(problem);
    last = { number: row.number, hash: row.hash };
  }
  return { findings, last };
}

function ownProblem(row: AuditRow, others: readonly AuditRow[]): AuditFinding | null {
  const { number, previousHash, document, hash } = row;
  const at = { number, through: number };
  if (hashOfRow(number, previousHash, document) === hash) {
    const wrong = wrongFact(row);
    if (wrong === null) return null;
    return {
      kind: 'changed',
      ...at,
      message: `Row ${number} was changed: its column ${wrong} is not what its document says.`,
    };
  }
  const home = others.find((other) => hashOfRow(other.number, previousHash, document) === hash);
  if (home === undefined)
    return { kind: 'changed', ...at, message: `Row ${number} was changed: it does not fit its hash.` };
  return { kind: 'moved', ...at, message: `Row ${number} was moved: it stood at ${home.number}.` };
}

const factNames = [
  'at',
  'actor',
  'operation',
  'workspace',
  'object',
  'outcome',
] as const satisfies readonly (keyof AuditFacts)[];

/** Lists are searched by the columns, so a row with a wrong one would not be found. */
function wrongFact({ facts, document }: AuditRow): string | null {
  const entry = readDocument(document);
  return factNames.find((name) => facts[name] !== entry?.[name]) ?? null;
}

export function missingRows(number: number, through: number): AuditFinding {
  const rows = number === through ? `Row ${number} is` : `Rows ${number} to ${through} are`;
  return { kind: 'missing', number, through, message: `${rows} missing.` };
}

const replacedRow = (number: number, next: number): AuditFinding => ({
  kind: 'replaced',
  number,
  through: number,
  message:
    number === 0
      ? `Row ${next} is not the first that there was.`
      : `Row ${number} was replaced, or row ${next} was: ${next} was made after another row than this one.`,
});
