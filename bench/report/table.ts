import { isRate, type Note, type Row } from '../rows.ts';

const reference = 'millrace';

/** The figures, and beside those of others how many times faster or cheaper Millrace is there. */
export function formatTable(rows: readonly Row[], notes: readonly Note[]): string {
  const head = ['workload', 'subject', 'mode', 'metric', 'min', 'median', 'max', 'unit', 'Millrace is'];
  const lines = rows.map((row) => [
    row.workload,
    row.subject,
    row.mode,
    row.metric,
    figure(row.min),
    figure(row.median),
    figure(row.max),
    row.unit,
    comparison(row, rows),
  ]);
  const table = formatColumns([head, ...lines]);
  if (notes.length === 0) return table;
  const remarks = notes.map(({ workload, subject, mode, note }) => `${workload}, ${subject}, ${mode}: ${note}`);
  return `${table}\n\n${remarks.join('\n')}`;
}

/** `12.3x better`, against the first row of Millrace for the same metric; nothing for Millrace itself. */
export function comparison(row: Row, rows: readonly Row[]): string {
  const better = betterBy(row, rows);
  if (better === null) return '';
  return better >= 1 ? `${figure(better)}x better` : `${figure(1 / better)}x worse`;
}

/** How many times better Millrace's median is; null where there is nothing to compare. */
function betterBy(row: Row, rows: readonly Row[]): number | null {
  if (row.subject === reference) return null;
  const own = rows.find(
    ({ subject, workload, metric }) => subject === reference && workload === row.workload && metric === row.metric,
  );
  if (own === undefined || !(own.median > 0) || !(row.median > 0)) return null;
  return isRate(row.unit) ? own.median / row.median : row.median / own.median;
}

/** Three digits that count. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
};

/** Lines of cells, each column as wide as its widest. */
export function formatColumns(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
