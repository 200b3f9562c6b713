import type { LoadedRun } from '@millrace/core';
import type { Disturbance, WorkerKill } from './faults.ts';
import type { Pause } from './pauser.ts';
import { limitedWorkflows } from './workload.ts';

export type RestartTimes = Readonly<{
  /** Milliseconds from a worker's kill to the start of the next attempt of what it had, sorted. */
  all: readonly number[];
  /** Those during which both servers and the database were up. */
  undisturbed: readonly number[];
}>;

/** Measured from the rows: a lost attempt names its worker, and the attempt after it says when it began. */
export function restartTimes(
  runs: readonly LoadedRun[],
  kills: readonly WorkerKill[],
  disturbances: readonly Disturbance[],
  pauses: readonly Pause[],
): RestartTimes {
  const killedAt = new Map(kills.map(({ worker, at }) => [worker, at]));
  const all: number[] = [];
  const undisturbed: number[] = [];
  for (const { run, attempts } of runs) {
    if (limitedWorkflows.has(run.workflow)) continue; // The next attempt waits for its turn, not for a worker.
    const paused = pauses.filter((pause) => pause.run === String(run.id));
    for (const lost of attempts) {
      const killed = lost.worker === null ? undefined : killedAt.get(lost.worker);
      if (lost.reason !== 'worker_lost' || lost.final || killed === undefined) continue;
      if (lost.endedAt < killed) continue; // Lost before, while the worker was silent.
      const { step, iteration, item, attempt } = lost;
      const next = attempts.find(
        (row) => row.step === step && row.iteration === iteration && row.item === item && row.attempt === attempt + 1,
      );
      if (next === undefined || next.startedAt === null) continue;
      const began = next.startedAt;
      if (paused.some(({ from, to }) => from < began && to > killed)) continue;
      all.push(began - killed);
      if (!disturbances.some(({ from, to }) => from < began && to > killed)) undisturbed.push(began - killed);
    }
  }
  const ascending = (a: number, b: number) => a - b;
  return { all: all.sort(ascending), undisturbed: undisturbed.sort(ascending) };
}

/** The value that this share of all does not pass; null when there is none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? null;
}
