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

/** What there is to say about one workload on one subject: why it was not measured, or what its figures mean. */
export type Note = Readonly<{ workload: string; subject: string; mode: string; note: string }>;

/** What one cell gives: for each metric its unit, and one value or more. */
export type Measurement = Readonly<Record<string, Readonly<{ unit: string; values: readonly number[] }>>>;

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Folds what the rounds of one workload gave on one subject into rows. */
export function summarise(
  cell: Readonly<{ workload: string; subject: string; mode: string }>,
  rounds: readonly Measurement[],
): readonly Row[] {
  const metrics = new Map<string, { unit: string; values: number[] }>();
  for (const [metric, { unit, values }] of rounds.flatMap((round) => Object.entries(round))) {
    const all = metrics.get(metric) ?? { unit, values: [] };
    metrics.set(metric, all);
    all.values.push(...values);
  }
  return [...metrics].map(([metric, { unit, values }]) => ({
    ...cell,
    metric,
    unit,
    min: Math.min(...values),
    median: percentile(values, 0.5),
    max: Math.max(...values),
  }));
}

/** Of rates more is better; of everything else, less. */
export const isRate = (unit: string): boolean => unit.endsWith('/s');
