// What must hold of one run's rows after each commit: against the rows before it, and by themselves.
import {
  type AttemptKey,
  type EndedAttempt,
  isEngineWait,
  isRunEnd,
  isStepEnd,
  type LoadedRun,
  type PreparedPlan,
  type RunControl,
  type RunState,
  restoreState,
  type StepKey,
  stepSummaries,
  type WaitKind,
} from '@millrace/core';
import type { RunCommit } from '../../src/ports/index.ts';
import { Violation } from './violation.ts';

export const attemptText = (key: AttemptKey): string => `${stepText(key)}/${key.attempt}`;
const stepText = (key: StepKey): string => `${key.step}.${key.item}.${key.iteration}`;

export function controlOf(run: Pick<LoadedRun['run'], 'control'>): RunControl {
  return run.control === null ? {} : (JSON.parse(run.control) as RunControl);
}

/** Before and after of one run's commit. `before` is null for one that was created. */
export function checkCommit(commit: RunCommit, before: LoadedRun | null, after: LoadedRun): void {
  const { id } = after.run;
  if (before === null) {
    if (after.run.version !== 1)
      throw new Violation('version', `Run ${id} was created with version ${after.run.version}.`);
    return;
  }
  if (isRunEnd(before.run.status)) {
    const message = `Run ${id} had ended as ${before.run.status} and was committed again, as ${after.run.status}.`;
    throw new Violation('ends_once', message);
  }
  if (after.run.version !== before.run.version + 1) {
    throw new Violation('version', `Run ${id} went from version ${before.run.version} to ${after.run.version}.`);
  }
  if (commit.expectedVersion !== before.run.version) {
    const message = `Run ${id}: a decision on version ${commit.expectedVersion} was committed on ${before.run.version}.`;
    throw new Violation('version', message);
  }
  checkAttemptsKept(id, before, after);
  checkCancelObeyed(id, commit, before);
  checkPauseObeyed(id, commit, before, after);
}

function checkAttemptsKept(id: string, before: LoadedRun, after: LoadedRun): void {
  const now = new Map(after.attempts.map((attempt) => [attemptText(attempt), attempt]));
  for (const attempt of before.attempts) {
    if (now.get(attemptText(attempt)) === attempt) continue;
    throw new Violation('attempts_never_change', `Run ${id}: attempt ${attemptText(attempt)} changed or disappeared.`);
  }
}

function checkCancelObeyed(id: string, { changes }: RunCommit, before: LoadedRun): void {
  if (controlOf(before.run).cancel === undefined) return;
  const waits = changes.waits.filter((wait) => wait.kind !== 'cancel_grace');
  const starts = changes.outbox.filter((message) => message.kind === 'start_child');
  if (changes.work.length + waits.length + starts.length === 0) return;
  const what = changes.work.length > 0 ? 'work' : waits.length > 0 ? `a wait ${waits[0]?.kind}` : 'a child run';
  throw new Violation('cancelled_starts_nothing', `Run ${id} is being stopped, and a commit gave it ${what}.`);
}

/** What waits may be set while a run is paused: those that launch nothing. */
const pausedWaits: ReadonlySet<WaitKind> = new Set(['held', 'retry', 'delay', 'items', 'step_timeout', 'cancel_grace']);

/** From the commit that paused a run until it is resumed, nothing begins in it. */
function checkPauseObeyed(id: string, { changes }: RunCommit, before: LoadedRun, after: LoadedRun): void {
  const [was, is] = [controlOf(before.run), controlOf(after.run)];
  if (is.paused === undefined) return;
  const ready = new Set(after.work.filter(({ worker }) => worker === null).map(attemptText));
  const kept = changes.workHeld.find((row) => ready.has(attemptText(row)));
  if (kept !== undefined) {
    throw new Violation('paused_begins_nothing', `Run ${id} is paused, and ${attemptText(kept)} is there to be taken.`);
  }
  if (changes.work.length > 0) {
    throw new Violation('paused_begins_nothing', `Run ${id} is paused, and a commit gave it work.`);
  }
  // Within the commit that pauses it, and between two pauses, something may have begun.
  if (was.paused === undefined || was.pauses?.turn !== is.pauses?.turn) return;
  // What waits already may be asked again, or answered in part.
  const known = new Set(before.waits.map((row) => `${attemptText(row)} ${row.kind}`));
  const wait = changes.waits.find((row) => !pausedWaits.has(row.kind) && !known.has(`${attemptText(row)} ${row.kind}`));
  const start = changes.outbox.find((message) => message.kind === 'start_child');
  if (wait === undefined && start === undefined) return;
  const what = wait === undefined ? 'a child run' : `a wait ${wait.kind}`;
  throw new Violation('paused_begins_nothing', `Run ${id} is paused, and a commit gave it ${what}.`);
}

/** What holds of a run's rows whatever happened before. */
export function checkRows(plan: PreparedPlan, loaded: LoadedRun): RunState {
  const { run, work, waits } = loaded;
  if (isRunEnd(run.status) && work.length + waits.length > 0) {
    const rest = [...work.map((row) => `work ${attemptText(row)}`), ...waits.map((row) => `wait ${row.kind}`)];
    throw new Violation('ended_runs_are_empty', `Run ${run.id} ended as ${run.status} with ${rest.join(', ')}.`);
  }
  const paused = controlOf(run).paused !== undefined;
  const held = waits.some(({ kind }) => kind === 'held');
  if (paused !== (run.status === 'paused') || (held && !paused)) {
    const message = `Run ${run.id} is ${run.status}, and its control says ${run.control}; held: ${held}.`;
    throw new Violation('paused_begins_nothing', message);
  }
  checkAttempts(loaded);
  checkUnbegun(loaded);
  const state = restored(plan, loaded);
  checkLocalRun(plan, loaded, state);
  // A local run of which nothing was reported has begun nothing.
  if (state.local !== null && state.local.applied === 0 && !isRunEnd(run.status)) return state;
  if (state.queued === null) checkGraph(plan, loaded, state);
  checkItems(plan, state, run.id);
  if (isRunEnd(run.status) && state.unsettled > 0) {
    throw new Violation('ends_once', `Run ${run.id} ended as ${run.status} while ${state.unsettled} steps have not.`);
  }
  if (state.queued !== null) return state;
  if (!isRunEnd(run.status) && state.unsettled === 0) {
    throw new Violation('something_moves', `Every step of run ${run.id} has ended, and the run has not.`);
  }
  return state;
}

/** A run that waits for its slots has begun nothing, whether it is paused or cancelled meanwhile. */
function checkUnbegun({ run, attempts, work, waits }: LoadedRun): void {
  if (run.startedAt !== null) return;
  const begun = [
    ...work.filter(({ step }) => step >= 0).map((row) => `work ${attemptText(row)}`),
    ...waits.filter(({ step }) => step >= 0).map((row) => `wait ${row.kind} ${attemptText(row)}`),
    ...attempts.filter(({ attempt }) => attempt > 0).map((row) => `attempt ${attemptText(row)}`),
  ];
  if (begun.length === 0) return;
  throw new Violation('queued_begins_nothing', `Run ${run.id} has not begun, and has ${begun.join(', ')}.`);
}

/** One worker, or one that is looked for, carries a local run out; its steps are no server's matter. */
function checkLocalRun({ localLane }: PreparedPlan, { run, work, waits }: LoadedRun, state: RunState): void {
  const own = work.filter(({ step }) => step === -1);
  if (localLane === null) {
    if (own.length === 0) return;
    throw new Violation('local_runs', `Run ${run.id} is not a local run, and has work of its own.`);
  }
  if (state.queued !== null && own.length === 0) return;
  if (!isRunEnd(run.status) && (own.length !== 1 || own[0]?.attempt !== state.local?.attempt)) {
    throw new Violation('local_runs', `Nobody carries run ${run.id} out, or several do.`);
  }
  const timed = waits.find(({ step, dueAt }) => step >= 0 && dueAt !== null);
  if (own.length < work.length || timed !== undefined) {
    throw new Violation(
      'local_runs',
      `Run ${run.id} is a local one, and a step of it is given out or timed by a server.`,
    );
  }
  if (run.error?.code !== 'local_diverged') return;
  throw new Violation('local_runs', `Run ${run.id}: worker and server decided otherwise: ${run.error.message}`);
}

function restored(plan: PreparedPlan, loaded: LoadedRun): RunState {
  try {
    return restoreState(plan, loaded);
  } catch (error) {
    throw new Violation('something_moves', `Run ${loaded.run.id} cannot be restored: ${String(error)}`);
  }
}

function checkAttempts({ run, attempts, work, waits }: LoadedRun): void {
  const ended = new Map<string, EndedAttempt[]>();
  for (const attempt of attempts) {
    const known = ended.get(stepText(attempt));
    if (known === undefined) ended.set(stepText(attempt), [attempt]);
    else known.push(attempt);
  }
  for (const [key, rows] of ended) {
    rows.sort((left, right) => left.attempt - right.attempt);
    const finals = rows.filter((row) => row.final);
    if (finals.length > 1 || (finals.length === 1 && rows.at(-1) !== finals[0])) {
      throw new Violation(
        'one_result',
        `Run ${run.id}: step run ${key} has ${finals.length} final results, or goes on.`,
      );
    }
    const numbers = rows.map((row) => row.attempt).join(' ');
    const expected = rows.map((_, at) => at + 1).join(' ');
    if (numbers !== expected && numbers !== '0') {
      throw new Violation('attempts_grow_by_one', `Run ${run.id}: step run ${key} has attempts ${numbers}.`);
    }
  }
  const taskWaits = waits.filter(({ step, kind }) => step >= 0 && (kind === 'retry' || isEngineWait(kind)));
  const doing = new Set<string>();
  for (const row of [...work, ...taskWaits]) {
    const key = stepText(row);
    const rows = ended.get(key) ?? [];
    if (doing.has(key)) throw new Violation('one_attempt_at_a_time', `Run ${run.id}: step run ${key} does two things.`);
    doing.add(key);
    if (rows.some((before) => before.final)) {
      throw new Violation('one_result', `Run ${run.id}: step run ${key} has its result and is still under way.`);
    }
    // A local run keeps no row of a lost round; its number is looked at below.
    if (row.step === -1) continue;
    if (row.attempt !== rows.length + 1) {
      const message = `Run ${run.id}: step run ${key} makes attempt ${row.attempt} after ${rows.length} ended ones.`;
      throw new Violation('attempts_grow_by_one', message);
    }
  }
}

/**
 * No step begins before its dependencies have ended; every step that may begin has begun. Of a dependency that is entered
 * by transitions only the run machine knows whether it can still run again.
 */
function checkGraph(plan: PreparedPlan, { run, attempts }: LoadedRun, state: RunState): void {
  const summaries = stepSummaries(plan, state);
  const statusOf = (step: number) => summaries[plan.plan.steps[step]?.name ?? '']?.status ?? 'pending';
  for (const step of plan.plan.steps) {
    if (step.entry !== 'dependencies') continue;
    const status = statusOf(step.index);
    if (step.dependsOn.every((other) => isStepEnd(statusOf(other)))) {
      const looped = step.dependsOn.some((other) => plan.plan.steps[other]?.entry === 'transitions');
      if (status !== 'pending' || isRunEnd(run.status) || looped) continue;
      throw new Violation('something_moves', `Run ${run.id}: step ${step.name} may begin, and nothing begins it.`);
    }
    if (status === 'pending') continue;
    const first = state.local?.first ?? 0;
    const executed = attempts.some((row) => row.step === step.index && row.attempt > 0 && row.iteration >= first);
    if (status === 'cancelled' && !executed) continue;
    throw new Violation('dependencies_first', `Run ${run.id}: step ${step.name} began before its dependencies ended.`);
  }
}

function checkItems(plan: PreparedPlan, state: RunState, id: string): void {
  for (const [name, { items }] of Object.entries(stepSummaries(plan, state))) {
    if (items === undefined) continue;
    const { total, pending, open, succeeded, failed, cancelled } = items;
    if (pending + open + succeeded + failed + cancelled === total) continue;
    throw new Violation(
      'items_add_up',
      `Run ${id}: the items of ${name} do not add up to ${total}: ${JSON.stringify(items)}`,
    );
  }
}
