import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { type Deciding, keyOf, planStep, stepState } from './deciding.ts';
import type { Fault } from './fault.ts';
import type { EndedItems, EndedPhase, RunState, StepFailure } from './state.ts';
import type { StepReason } from './status.ts';
import { outcomeOf } from './status-functions.ts';
import type { TaskEnd } from './task.ts';

/** Ends a step whose last attempt is recorded: clears what it waited for, and lets the steps after it enter. */
export function settleStep(decision: Deciding, step: number, end: TaskEnd, items: EndedItems | null = null): void {
  const { plan, state, now } = decision;
  const own = stepState(state, step);
  clearWaits(decision, step);
  const ended = endedPhase(plan, state, step, { ...end, endedAt: now, items });
  own.phase = ended;
  state.unsettled -= 1;
  state.failure = earlierFailure(state.failure, failureOf(plan, step, ended));
  for (const dependant of planStep(plan, step).dependants) {
    const after = stepState(state, dependant);
    after.unsettled -= 1;
    if (after.unsettled === 0) decision.entering.push(dependant);
  }
}

function clearWaits({ plan, state, changes }: Deciding, step: number): void {
  const { phase } = stepState(state, step);
  const key = keyOf(step);
  if (phase.kind === 'delayed') changes.endWait({ ...key, kind: 'delay' });
  if (phase.kind !== 'single' && phase.kind !== 'items') return;
  if (planStep(plan, step).stepTimeoutMs !== null) changes.endWait({ ...key, kind: 'step_timeout' });
  if (phase.kind === 'items') changes.endWait({ ...key, kind: 'items' });
  if (phase.stop !== null) changes.endWait({ ...key, kind: 'cancel_grace' });
}

const stoppedWithRun: ReadonlySet<StepReason> = new Set(['run_cancelled', 'fail_fast', 'run_timed_out']);

type EndFacts = Omit<EndedPhase, 'kind' | 'failed' | 'timedOut'>;

/** What is remembered of a step's end, with what `failed()` and `timed_out()` tell the steps after it. */
export function endedPhase(plan: PreparedPlan, state: RunState, step: number, facts: EndFacts): EndedPhase {
  const { status, reason, attempts, output, error, startedAt, endedAt, items } = facts;
  const { dependsOn, continueOnFailure } = planStep(plan, step);
  const end = { kind: 'ended', status, reason, attempts, output, error, startedAt, endedAt, items } as const;
  const own: EndedPhase = { ...end, failed: false, timedOut: status === 'timed_out' };
  let failed = outcomeOf(own, continueOnFailure) === 'failed';
  let { timedOut } = own;
  // One that was cancelled before it began may end before its dependencies; and nothing enters after it.
  const before = attempts === 0 && reason !== null && stoppedWithRun.has(reason) ? [] : dependsOn;
  for (const number of before) {
    const { phase } = state.steps[number] ?? { phase: null };
    if (phase?.kind !== 'ended') continue;
    failed ||= phase.failed;
    timedOut ||= phase.timedOut;
  }
  return { ...own, failed, timedOut };
}

/** The run's failure, if this end of a step is one: nobody tolerates it, and it is not itself the run being stopped. */
export function failureOf(plan: PreparedPlan, step: number, end: EndedPhase): StepFailure | null {
  if (end.status === 'succeeded' || end.status === 'skipped') return null;
  if (end.reason !== null && stoppedWithRun.has(end.reason)) return null;
  const { continueOnFailure, name } = planStep(plan, step);
  if (continueOnFailure) return null;
  return { step, endedAt: end.endedAt, error: end.error ?? unexplained(name, end.status) };
}

function unexplained(name: string, status: string): Fault {
  return { code: status, message: `Step ${name} ended as ${status}.` };
}

/**
 * The first by time; by number among those of the same moment, so that the order of rows in a store does not matter.
 */
export function earlierFailure(a: StepFailure | null, b: StepFailure | null): StepFailure | null {
  if (a === null || b === null) return a ?? b;
  if (a.endedAt !== b.endedAt) return a.endedAt < b.endedAt ? a : b;
  return a.step <= b.step ? a : b;
}
