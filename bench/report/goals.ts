import { isRate, type Row } from '../rows.ts';

/** What a figure of Millrace shall be, on a machine of two cores. */
export type Goal = Readonly<{ workload: string; mode: string; metric: string; value: number; unit: string }>;

const both = ['in-process', 'remote'];
const goal = (workload: string, modes: readonly string[], metric: string, value: number, unit: string) =>
  modes.map((mode) => ({ workload, mode, metric, value, unit }));

export const goals: readonly Goal[] = [
  ...goal('start-latency', ['in-process'], 'p50', 1.2, 'ms'),
  ...goal('start-latency', ['remote'], 'p50', 3, 'ms'),
  ...goal('single-step', both, 'throughput', 20_000, 'runs/s'),
  ...goal('single-step', both, 'transactions for each run', 0.05, 'transactions'),
  ...goal('sequence-10', ['in-process'], 'idle p50', 6, 'ms'),
  ...goal('sequence-10', both, 'throughput', 30_000, 'steps/s'),
  ...goal('fan-out-1000', both, 'duration', 40, 'ms'),
  ...goal('fan-out-100000', both, 'growth', 1.2, 'x'),
  ...goal('shell-40', ['in-process'], 'duration', 200, 'ms'),
  ...goal('shell-40', ['remote'], 'duration', 300, 'ms'),
  ...goal('shell-throughput', both, 'throughput', 1_500, 'steps/s'),
  ...goal('queued-million', both, 'start, times', 1.5, 'x'),
  ...goal('queued-million', both, 'claim, times', 1.5, 'x'),
  ...goal('old-snapshot', both, 'times', 1.3, 'x'),
  ...goal('logs', both, 'throughput', 50, 'MB/s'),
  ...goal('api-list', ['server'], 'p99', 20, 'ms'),
  ...goal('api-list', ['server'], 'small requests', 5_000, 'requests/s'),
  ...goal('footprint', ['server'], 'dev to page, new data', 5_000, 'ms'),
  ...goal('footprint', ['server'], 'idle memory', 200, 'MB'),
  ...goal('footprint', ['server'], 'run of one step', 400, 'ms'),
];

export const isMet = ({ value, unit }: Goal, { median }: Row): boolean =>
  isRate(unit) ? median >= value : median <= value;
