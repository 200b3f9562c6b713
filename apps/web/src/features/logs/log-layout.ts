import type { LogPlace } from './log-protocol.ts';

/** Which row shows what. Where there are several sections each has a heading; folded ones have nothing else. */
export type LogLayout = Readonly<{
  rows: number;
  headings: boolean;
  at(row: number): LogPlace;
  /** Of a line that is folded away: its heading's. */
  rowOf(place: LogPlace): number;
}>;

/** `lines`: how many each section has. Costs a step for each section, and finding a row a few: sections may be ten thousand. */
export function layoutOf(lines: Uint32Array, folded: ReadonlySet<number>): LogLayout {
  const headings = lines.length > 1;
  const first = headings ? 1 : 0;
  const starts = new Float64Array(lines.length + 1);
  for (const [section, count] of lines.entries()) {
    starts[section + 1] = startOf(section) + first + (headings && folded.has(section) ? 0 : count);
  }
  function startOf(section: number): number {
    return starts[section] ?? 0;
  }
  return {
    rows: startOf(lines.length),
    headings,
    at(row) {
      let [low, high] = [0, lines.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (startOf(middle) <= row) low = middle;
        else high = middle - 1;
      }
      return { section: low, line: row - startOf(low) - first };
    },
    rowOf: ({ section, line }) => startOf(section) + (headings && folded.has(section) ? 0 : first + line),
  };
}
