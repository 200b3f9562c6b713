/** What was seen in one slice of a soak. */
export type Slice = Readonly<{
  /** Ended attempts of steps so far, removed ones included. */
  steps: number;
  seconds: number;
  stepsPerSecond: number;
  /** From the start of a run of one step to its end, while everything else goes on. */
  p50Ms: number;
  p99Ms: number;
  /** What lives on the heap of engine and worker; and what the process has of the machine. */
  heapBytes: number;
  rssBytes: number;
  /** Runs that were removed so far. */
  removedRuns: number;
  /** With indexes and toast, by the name of the table. */
  tableBytes: Readonly<Record<string, number>>;
}>;

export type Verdict = Readonly<{ what: string; unit: 'ms' | 'bytes'; before: number; after: number; flat: boolean }>;

/** By how much the last third may exceed the one before. Times swing with what else the machine does, sizes do not. */
const growth = { ms: 1.5, bytes: 1.3 } as const;
/** Tables below this only breathe. */
const smallTable = 16 * 1024 * 1024;

/**
 * Compares the last third of the slices with the middle one, in which retention is at work already: times by their medians,
 * sizes by their greatest.
 */
export function judge(slices: readonly Slice[]): readonly Verdict[] {
  const third = Math.floor(slices.length / 3);
  const middle = slices.slice(-2 * third, -third);
  const last = slices.slice(-third);
  const compare = (what: string, unit: Verdict['unit'], read: (slice: Slice) => number, least = 0): Verdict => {
    const fold = unit === 'ms' ? median : (values: readonly number[]) => Math.max(...values);
    const [before, after] = [fold(middle.map(read)), fold(last.map(read))];
    return { what, unit, before, after, flat: third > 0 && after <= Math.max(least, before * growth[unit]) };
  };
  const tables = Object.keys(slices.at(-1)?.tableBytes ?? {}).sort();
  return [
    compare('latency p50', 'ms', ({ p50Ms }) => p50Ms),
    compare('latency p99', 'ms', ({ p99Ms }) => p99Ms),
    compare('heap', 'bytes', ({ heapBytes }) => heapBytes),
    compare('memory', 'bytes', ({ rssBytes }) => rssBytes),
    ...tables.map((table) =>
      compare(`table ${table}`, 'bytes', ({ tableBytes }) => tableBytes[table] ?? 0, smallTable),
    ),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
