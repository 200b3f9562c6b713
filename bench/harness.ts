/** One measured figure over all rounds. */
export type Row = Readonly<{
  workload: string;
  subject: string;
  mode: string;
  metric: string;
  unit: string;
  min: number;
  median: number;
  max: number;
}>;

/** What a workload measures in one round: metric name → value, with its unit. */
export type Measurement = Readonly<Record<string, Readonly<{ value: number; unit: string }>>>;

export type Workload = Readonly<{
  name: string;
  describe: string;
  /** Called once in each round, on a system that is already running and warm. */
  measure(system: System): Promise<Measurement>;
}>;

/** The system under test, as small as the workloads need it. */
export type System = Readonly<{
  subject: string;
  mode: string;
  /** Starts a run; resolves when it is durable. */
  start(workflow: string, input?: Readonly<Record<string, string | number | boolean>>): Promise<string>;
  /** Resolves when the run has ended well; throws otherwise. */
  finished(run: string): Promise<void>;
  /** Called by the body of function steps, with the run's id and the moment (ms, monotonic) of its first line. */
  onBody(listener: (run: string, at: number) => void): () => void;
  /** Commits since the start. */
  commits(): number;
  close(): Promise<void>;
}>;

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Folds the rounds of one workload into rows. */
export function summarise(workload: string, system: System, rounds: readonly Measurement[]): readonly Row[] {
  return Object.keys(rounds[0] ?? {}).map((metric) => {
    const values = rounds.map((round) => round[metric]?.value ?? Number.NaN);
    return {
      workload,
      subject: system.subject,
      mode: system.mode,
      metric,
      unit: rounds[0]?.[metric]?.unit ?? '',
      min: Math.min(...values),
      median: percentile(values, 0.5),
      max: Math.max(...values),
    };
  });
}

export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['workload', 'subject', 'mode', 'metric', 'min', 'median', 'max', 'unit'],
    ...rows.map((row) => [
      row.workload,
      row.subject,
      row.mode,
      row.metric,
      round(row.min),
      round(row.median),
      round(row.max),
      row.unit,
    ]),
  ];
  return formatColumns(cells);
}

/** Lines of cells, each column as wide as its widest. */
export function formatColumns(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
