import { type Fault, type Instant, isRunEnd, type NextTick, type RunId, type RunStatus } from '@millrace/core';
import { type DroppedTicks, isEnabled, type ScheduleOverride, type StoredSchedule } from '../ports/schedule-store.ts';
import type { StoredDiagnostic, WorkspaceState } from '../ports/workspace-store.ts';

/** Why a schedule starts runs or does not, the weightiest reason first. There is always at least one. */
export type ScheduleAnswer = Readonly<
  | { reason: 'disabled_by_person'; override: ScheduleOverride }
  | { reason: 'disabled_by_definition' }
  | { reason: 'no_more_ticks'; lastAt: Instant | null }
  | { reason: 'workflow_cannot_run'; problem: StoredDiagnostic }
  | { reason: 'late'; next: NextTick; lateMs: number }
  | { reason: 'last_tick_failed'; tickAt: Instant; error: Fault }
  | { reason: 'previous_run_active'; run: RunId; status: RunStatus; policy: 'skip' | 'cancel_previous' }
  | { reason: 'ticks_dropped'; dropped: DroppedTicks }
  | { reason: 'source_invalid'; errors: number; revision: string }
  | { reason: 'waiting'; next: NextTick }
>;

export type ScheduleFacts = Readonly<{
  schedule: StoredSchedule;
  workspace: WorkspaceState;
  /** What keeps the live workflow from being executed; empty: nothing. */
  problems: readonly StoredDiagnostic[];
  /** Of the last run that a tick started. */
  lastRunStatus: RunStatus | null;
  now: Instant;
}>;

/** A tick that is due starts within this, unless nobody takes it. */
const promptMs = 5_000;

export function explainSchedule(facts: ScheduleFacts): readonly ScheduleAnswer[] {
  const { schedule, workspace, now } = facts;
  const { next, override, lastTick, dropped } = schedule;
  const answers: ScheduleAnswer[] = [];
  if (!isEnabled(schedule)) {
    answers.push(override === null ? { reason: 'disabled_by_definition' } : { reason: 'disabled_by_person', override });
  } else if (next === null) answers.push({ reason: 'no_more_ticks', lastAt: lastTick?.tickAt ?? null });
  const [problem] = facts.problems;
  if (problem !== undefined) answers.push({ reason: 'workflow_cannot_run', problem });
  if (next !== null && now - next.fireAt > promptMs) {
    answers.push({ reason: 'late', next, lateMs: now - next.fireAt });
  }
  if (lastTick?.error != null)
    answers.push({ reason: 'last_tick_failed', tickAt: lastTick.tickAt, error: lastTick.error });
  const inTheWay = activeRun(facts);
  if (inTheWay !== null) answers.push(inTheWay);
  if (dropped !== null) answers.push({ reason: 'ticks_dropped', dropped });
  const errors = workspace.diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) answers.push({ reason: 'source_invalid', errors, revision: workspace.revision ?? schedule.revision });
  if (next !== null) answers.push({ reason: 'waiting', next });
  return answers;
}

function activeRun({ schedule, lastRunStatus }: ScheduleFacts): ScheduleAnswer | null {
  const { concurrency = 'allow' } = schedule.definition;
  const { lastRun } = schedule;
  if (concurrency === 'allow' || lastRun === null || lastRunStatus === null || isRunEnd(lastRunStatus)) return null;
  return { reason: 'previous_run_active', run: lastRun, status: lastRunStatus, policy: concurrency };
}
