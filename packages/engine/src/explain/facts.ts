import type { AttemptKey, Instant, RunId, WorkerId } from '@millrace/core';
import type { LimitDetail, Queries, WorkerSummary } from '../ports/queries.ts';
import type { HookCallState } from '../runs/find-hook-calls.ts';
import type { ChildRun } from './explanation.ts';

/** What an explanation needs to know beyond the run itself. */
export type Facts = Readonly<{
  now: Instant;
  /** Every worker whose row is there, also those whose lease is over. */
  workers: readonly WorkerSummary[];
  /** Workers that said to this server that they stop. */
  stopping: ReadonlySet<WorkerId>;
  lanes: Awaited<ReturnType<Queries['countWork']>>;
  /** Children by the attempt that waits for them (`childKey`). */
  children: ReadonlyMap<string, ChildRun>;
  /** Of a run that has ended: hooks that it called. */
  hooks: readonly HookCallState[];
  /** Limits that parts of the run wait for, by `demandText`. */
  limits: ReadonlyMap<string, LimitDetail>;
  /** Names of steps of other runs that hold these (`stepNameKey`). */
  stepNames: ReadonlyMap<string, string>;
  leaseMs: number;
  reaperMs: number;
}>;

export const childKey = ({ step, item, iteration, attempt }: AttemptKey): string =>
  `${step}/${item}/${iteration}/${attempt}`;

export const stepNameKey = (run: RunId, step: number): string => `${run}/${step}`;
