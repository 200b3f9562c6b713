import { type Instant, stopGraceOf, unreachable } from '@millrace/core';
import { childChange, childText } from './explain-waiting.ts';
import { holderText, type Told } from './explain-work.ts';
import type { Explaining } from './explaining.ts';
import type { Change, ChildRun, Holder, StopReason } from './explanation.ts';
import { moment, since } from './moments.ts';
import { findWait, type Moving, type StepRows } from './run-rows.ts';

/** Why and since when something is asked to stop; null: it is not. */
export type Stop = Readonly<{
  why: StopReason;
  since: Instant;
  requestedBy: string;
  comment: string | null;
  forcedAt: Instant | null;
}>;

export function runStop({ cancel, runWaits }: Explaining): Stop | null {
  if (cancel === null) return null;
  const forcedAt = runWaits.find(({ kind }) => kind === 'cancel_grace')?.dueAt ?? null;
  return { why: cancel.kind, since: cancel.at, requestedBy: cancel.by, comment: cancel.reason, forcedAt };
}

/** A step is stopped with its run, or alone: then its grace says why. */
export function stepStop(explaining: Explaining, rows: StepRows): Stop | null {
  const grace = findWait(rows, 'cancel_grace');
  if (grace === undefined) return runStop(explaining);
  const { stop } = JSON.parse(grace.document ?? 'null') as Readonly<{ stop: StopReason }>;
  const forcedAt = grace.dueAt;
  const since = (forcedAt ?? explaining.facts.now) - stopGraceOf(explaining.plan);
  return { why: stop, since, requestedBy: 'engine', comment: null, forcedAt };
}

/** The run as a whole. `open` counts the steps that have not ended. */
export function explainStoppingRun({ run, facts }: Explaining, stop: Stop, open: number): Told {
  const kill: Change = {
    by: 'person',
    what: 'End at once what still runs, without the grace.',
    at: null,
    command: `millrace run cancel ${run.id} --force`,
  };
  return {
    reason: { reason: 'cancelling', ...stop, holder: null, child: null },
    message:
      `The run is being stopped ${since(stop.since, facts.now)}: ${whyText(stop)}. ` +
      `It waits for ${open === 1 ? 'one step' : `${open} steps`} to stop.${forcedText(stop, facts.now)}`,
    changes: [...forcedChanges(stop), kill],
  };
}

/** A step run that somebody still executes. */
export function explainStopping(explaining: Explaining, stop: Stop, moving: Moving | null, subject: string): Told {
  const { now } = explaining.facts;
  const holder = moving?.kind === 'work' && moving.row.worker !== null ? explaining.holder(moving.row.worker) : null;
  const child = moving?.kind === 'child' ? explaining.child(moving.row) : null;
  const waits = moving === null ? '' : ` ${waitText(moving, holder, child, now)}`;
  return {
    reason: { reason: 'cancelling', ...stop, holder, child },
    message: `${subject} is being stopped ${since(stop.since, now)}: ${whyText(stop)}.${waits}${forcedText(stop, now)}`,
    changes: [...waitChanges(moving, holder, child), ...forcedChanges(stop)],
  };
}

function waitText(moving: Moving, holder: Holder | null, child: ChildRun | null, now: Instant): string {
  if (moving.kind === 'child') return `It waits for ${childText(child)}.`;
  if (holder === null) return 'Nobody executes it, so it ends now.';
  const lost = holder.leaseUntil === null || holder.leaseUntil <= now;
  const name = holderText(holder);
  return lost ? `${name} is lost, so the engine ends it soon.` : `${name} was told and has not reported its end.`;
}

function waitChanges(moving: Moving | null, holder: Holder | null, child: ChildRun | null): readonly Change[] {
  if (moving?.kind === 'child') return [childChange(child)];
  if (holder === null) return [];
  return [{ by: 'worker', what: `${holderText(holder)} stops it and reports.`, at: null, command: null }];
}

const forcedText = ({ forcedAt }: Stop, now: Instant): string =>
  forcedAt === null ? '' : ` What still runs at ${moment(forcedAt, now)} is ended by force.`;

const forcedChanges = ({ forcedAt }: Stop): readonly Change[] =>
  forcedAt === null ? [] : [{ by: 'engine', what: 'The engine ends it by force.', at: forcedAt, command: null }];

function whyText({ why, requestedBy, comment }: Stop): string {
  switch (why) {
    case 'cancel':
      return `${requestedBy} cancelled the run${comment === null ? '' : ` (${comment})`}`;
    case 'timeout':
      return 'the run took longer than its timeout';
    case 'fail_fast':
      return 'a step failed, and the workflow says fail_fast';
    case 'succeed':
      return 'a transition ended the run as succeeded';
    case 'failed':
      return 'the run failed';
    case 'step_timeout':
      return 'the step took longer than its step_timeout';
    case 'item_failed':
      return 'another item of the step failed, and the step says on_item_failure: stop';
    default:
      return unreachable(why);
  }
}
