import type { LocalRunReport, SyncResponse } from '@millrace/core';
import { attemptKey } from '../attempts/attempt-key.ts';
import type { RunningLocalRun } from './running-local-run.ts';

/** The local runs that a worker holds, and what they have to say to the server. */
export class LocalRuns {
  readonly #runs = new Map<string, RunningLocalRun>();

  add(run: RunningLocalRun): void {
    this.#runs.set(run.key, run);
  }

  delete(key: string): void {
    this.#runs.delete(key);
  }

  takeReports(): LocalRunReport[] {
    const reports: LocalRunReport[] = [];
    for (const run of this.#runs.values()) {
      const report = run.takeReport();
      if (report !== null) reports.push(report);
    }
    return reports;
  }

  /** Reports came back; `recorded` is null when the call failed. Gives the runs of which the server knows everything now. */
  reported(
    reports: readonly LocalRunReport[],
    recorded: NonNullable<SyncResponse['recorded']> | null,
  ): readonly RunningLocalRun[] {
    const applied = new Map((recorded ?? []).map((one) => [attemptKey(one), one.applied]));
    return reports.flatMap((report) => {
      const run = this.#runs.get(attemptKey(report));
      run?.reported(applied.get(run.key) ?? null);
      return run?.isTold === true ? [run] : [];
    });
  }
}
