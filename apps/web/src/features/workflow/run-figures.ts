import type { RunSummary } from '@millrace/api';

export type RunFigures = Readonly<{
  ended: number;
  succeeded: number;
  failed: number;
  /** Of those that succeeded, in milliseconds; null: none did. */
  durations: Readonly<{ p50: number; p95: number; longest: number }> | null;
}>;

/** How runs of one workflow went. What was cancelled or is under way says nothing of how it goes. */
export function figuresOf(runs: readonly Pick<RunSummary, 'status' | 'started_at' | 'ended_at'>[]): RunFigures {
  const count = (...wanted: readonly RunSummary['status'][]) =>
    runs.filter(({ status }) => wanted.includes(status)).length;
  const durations = runs
    .flatMap(({ status, started_at, ended_at }) =>
      status !== 'succeeded' || started_at === null || ended_at === null
        ? []
        : [Date.parse(ended_at) - Date.parse(started_at)],
    )
    .sort((left, right) => left - right);
  const succeeded = count('succeeded');
  const failed = count('failed', 'timed_out');
  return {
    ended: succeeded + failed,
    succeeded,
    failed,
    durations:
      durations.length === 0
        ? null
        : { p50: percentile(durations, 0.5), p95: percentile(durations, 0.95), longest: percentile(durations, 1) },
  };
}

/** The smallest value that at least this share of the sorted values does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
