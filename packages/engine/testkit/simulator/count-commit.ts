import { type EndedAttempt, isRunEnd, type LoadedRun, type PreparedPlan } from '@millrace/core';
import { readApprovalWait } from '../../src/approvals/open-approval.ts';
import type { RunCommit } from '../../src/ports/index.ts';
import type { Counts } from './counts.ts';
import { controlOf } from './run-checks.ts';

/** Counts what a commit of a run brought about. */
export function countCommit(
  counts: Counts,
  plan: PreparedPlan,
  { changes }: RunCommit,
  before: LoadedRun | null,
  { run }: LoadedRun,
): void {
  if (before === null) counts[run.parent === null ? 'runs' : 'childRuns'] += 1;
  if (before === null && run.trigger.type === 'event' && run.rerunOf === null) counts.runsTriggered += 1;
  if (before === null && run.status === 'queued' && run.rerunOf !== null) counts.rerunsQueued += 1;
  if (before === null && run.status === 'queued' && plan.localLane !== null) counts.localRunsQueued += 1;
  if (before === null && run.rerunOf !== null && plan.localLane !== null) counts.localReruns += 1;
  const own = changes.work.find(({ step }) => step === -1);
  if (own !== undefined) counts[own.attempt === 1 ? 'localRuns' : 'localRestarts'] += 1;
  if (run.status === 'succeeded') counts.runsSucceeded += 1;
  if (run.status === 'failed') counts.runsFailed += 1;
  if (run.status === 'cancelled') counts.runsCancelled += 1;
  if (run.status === 'timed_out') counts.runsTimedOut += 1;
  const { paused, hooks = [] } = controlOf(run);
  if (isRunEnd(run.status) && plan.localLane !== null && hooks.length > 0) counts.localRunsWithHooks += 1;
  counts.escalations += changes.waits.filter(isEscalated).length;
  counts.workHeld += changes.workHeld.length;
  counts.limitedWorkHeld += changes.workHeld.filter(({ step }) => plan.step(step).limits !== null).length;
  if (before !== null) countWaiting(counts, before, run);
  if (paused?.withParent === true) counts.pausedWithParent += 1;
  for (const row of changes.attempts) countAttempt(counts, run, row);
}

function countAttempt(counts: Counts, run: LoadedRun['run'], { item, iteration, attempt, ...row }: EndedAttempt): void {
  const { reason, output, error } = row;
  if (attempt > 0) counts.attempts += 1;
  if (attempt > 1) counts.retries += 1;
  if (item >= 0) counts.items += 1;
  if (iteration > 0) counts.iterations += 1;
  if (reason === 'worker_lost') counts.workersLost += 1;
  if (reason === 'cached') counts.cacheHits += 1;
  if (reason === 'cached' && item >= 0) counts.cacheHitsOfItems += 1;
  if (reason === 'cached' && run.rerunOf !== null) counts.cacheHitsOfReruns += 1;
  if (reason === 'step_timed_out') counts.stepTimeouts += 1;
  if (reason === 'queue_timed_out') counts.queueTimeouts += 1;
  if (reason === 'approval_timed_out') counts.approvalsTimedOut += 1;
  if (reason === 'event_timed_out') counts.eventsTimedOut += 1;
  if (error?.code === 'approval_rejected') counts.approvalsRejected += 1;
  if (reason === null && output?.startsWith('{"approved":true') === true) counts.approvalsGiven += 1;
}

const isEscalated = (wait: LoadedRun['waits'][number]): boolean =>
  wait.kind === 'approval' && readApprovalWait(wait).detail.escalated;

/** What is cancelled or paused while it waits for slots: the run itself, or steps of it. */
function countWaiting(counts: Counts, before: LoadedRun, run: LoadedRun['run']): void {
  const [old, now] = [controlOf(before.run), controlOf(run)];
  const what = now.cancel !== undefined && old.cancel === undefined ? 'Cancelled' : 'Paused';
  if (what === 'Paused' && (now.paused === undefined || old.paused !== undefined)) return;
  if (before.run.startedAt === null) counts[`queued${what}`] += 1;
  if (before.waits.some(({ kind, step }) => kind === 'slots' && step >= 0)) counts[`line${what}`] += 1;
}
