import type { LoadedRun, RunControl } from '../records.ts';
import type { LocalRun } from '../state.ts';
import { keptWait } from './kept-waits.ts';

export function restoreLocalRun({ local }: RunControl, { work }: LoadedRun): LocalRun {
  const row = work.find(({ step }) => step === -1);
  return {
    attempt: row?.attempt ?? 0,
    applied: local?.applied ?? 0,
    first: local?.first ?? 0,
    stop: local?.stop ?? null,
    worker: row?.worker ?? null,
    leasedAt: row?.leasedAt ?? null,
  };
}

/** The rows since the run began (again), with waits as their worker has them. What was before counts no more. */
export function rowsOfRound({ run, attempts, work, waits }: LoadedRun, first: number): LoadedRun {
  return {
    run,
    attempts: first === 0 ? attempts : attempts.filter(({ iteration }) => iteration >= first),
    work,
    waits: waits.map((wait) => (wait.step === -1 ? wait : keptWait(wait))),
  };
}
