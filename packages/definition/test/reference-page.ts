import { readFileSync } from 'node:fs';

type ReferenceRow = Readonly<{
  /** What the table's first column names, of which there may be several. */
  keys: readonly string[];
  /** Not executed yet. */
  later: boolean;
  /** YAML, as it stands in the last column. */
  examples: readonly string[];
}>;

/** `frame` says where the examples of the table stand; `column` heads its first column. */
export type ReferenceTable = Readonly<{ frame: string; column: string; rows: readonly ReferenceRow[] }>;

const tablePattern = /<!-- examples: (?<frame>[^>]+?) -->\s*\n(?<table>(?:\|[^\n]*\n)+)/gu;

/** The tables of a page of the reference that say where their examples stand. */
export function readReference(page: URL): readonly ReferenceTable[] {
  return [...readFileSync(page, 'utf8').matchAll(tablePattern)].map(({ groups }) => {
    const [head, , ...rows] = (groups?.table ?? '').trimEnd().split('\n').map(cellsOf);
    return { frame: groups?.frame ?? '', column: head?.[0] ?? '', rows: rows.map(rowOf) };
  });
}

/** A bar within a cell is written `\|`. */
const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

function rowOf(cells: readonly string[]): ReferenceRow {
  const first = cells[0] ?? '';
  return { keys: codeOf(first), later: first.includes('◌'), examples: codeOf(cells.at(-1) ?? '') };
}

const codeOf = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/gu)].map(([, code]) => code ?? '');
