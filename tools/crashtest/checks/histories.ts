import type { EndedAttempt, LoadedRun, PlanHash, PreparedPlan, StoredEvent } from '@millrace/core';
import type { Acknowledged } from '../callers.ts';
import type { Emitted } from '../emitters.ts';
import type { Pause } from '../pauser.ts';
import type { TakenAnswer } from '../people.ts';
import type { LedgerLine } from '../workload.ts';

/** A line that an attempt wrote into its log. */
export type LogText = Readonly<{
  run: string;
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  text: string;
}>;

/** What is left when everything has ended, and what people, programs and bodies know of it. */
export type Histories = Readonly<{
  runs: readonly LoadedRun[];
  plans: ReadonlyMap<PlanHash, PreparedPlan>;
  events: readonly StoredEvent[];
  logs: readonly LogText[];
  ledger: readonly LedgerLine[];
  /** Starts and re-runs. */
  acknowledged: readonly Acknowledged[];
  answers: readonly TakenAnswer[];
  emitted: readonly Emitted[];
  pauses: readonly Pause[];
  /** Runs whose cancellation in bulk was acknowledged. */
  cancelled: ReadonlySet<string>;
  /** Re-runs in bulk that were acknowledged, with the runs that they run again. */
  retried: ReadonlyMap<string, string>;
}>;

export type Violate = (text: string) => void;

export const stepRun = ({ step, iteration, item }: Pick<EndedAttempt, 'step' | 'iteration' | 'item'>): string =>
  `${step}/${iteration}/${item}`;

/** One text for an attempt, as bodies name it: by the name of its step. */
export const bodyText = (
  run: string,
  { step, iteration, item, attempt }: Readonly<{ step: string; iteration: number; item: number; attempt: number }>,
): string => `${run}/${step}/${iteration}/${item}/${attempt}`;

export const stepName = (plans: Histories['plans'], { plan }: LoadedRun['run'], step: number): string =>
  plans.get(plan)?.plan.steps[step]?.name ?? `number ${step}`;
