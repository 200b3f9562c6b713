import { type EndedAttempt, isStepEnd, itemsAtOnce, type PlanStep } from '@millrace/core';
import { deadlinesOf } from './deadlines.ts';
import { stepChanges } from './explain-arrivals.ts';
import { explainHeld, resumeChanges } from './explain-paused.ts';
import { explainReusedEnd } from './explain-reused.ts';
import { explainStopping, stepStop } from './explain-stopping.ts';
import { explainWait, readyAt } from './explain-waiting.ts';
import { explainWork, type Told } from './explain-work.ts';
import { type Explaining, planStep } from './explaining.ts';
import type { Answer, Dependency, ItemCounts, ReasonName } from './explanation.ts';
import { groupItems, toldGroup } from './group-items.ts';
import { counted, listed, moment } from './moments.ts';
import { finalAttempt, type Moving, movingRows, type StepRows, totalItems } from './run-rows.ts';

/** A step (or an iteration of one) that has begun and not ended. null: it has ended. */
export function explainOpenStep(explaining: Explaining, rows: StepRows): Answer | null {
  if (finalAttempt(rows, -1) !== undefined) return null;
  const step = planStep(explaining, rows.step);
  const total = totalItems(step, rows);
  if (total !== null) return explainItems(explaining, step, rows, total);
  const moving = movingRows(rows).get(-1);
  return moving === undefined ? null : explainMoving(explaining, rows, moving);
}

/** A step, or an item of one, that has begun and not ended. */
export function explainMoving(explaining: Explaining, rows: StepRows, moving: Moving): Answer {
  const { item, attempt } = moving.row;
  const subject = subjectText(planStep(explaining, rows.step), item);
  const stop = stepStop(explaining, rows);
  const told =
    stop === null ? tellMoving(explaining, rows, moving, subject) : explainStopping(explaining, stop, moving, subject);
  return answer(explaining, rows, moving, { item, attempt }, told);
}

function tellMoving(explaining: Explaining, rows: StepRows, moving: Moving, subject: string): Told {
  const { paused, facts } = explaining;
  // Work of a paused run that nobody holds was given back; whoever claims it returns it.
  if (moving.kind === 'work') {
    return paused !== null && moving.row.worker === null
      ? explainHeld(explaining, paused, moving.row.readyAt, subject)
      : explainWork(explaining, rows, moving.row, subject);
  }
  if (moving.kind !== 'held') return explainWait(explaining, rows, moving.kind, moving.row, subject);
  if (paused === null) throw new Error(`${subject} is held, and run ${explaining.run.id} is not paused.`);
  return explainHeld(explaining, paused, readyAt(moving.row) ?? facts.now, subject);
}

function explainItems(explaining: Explaining, step: PlanStep, rows: StepRows, total: number): Answer {
  const counts = countItems(explaining, step, rows, total);
  const subject = subjectText(step, -1);
  const stop = stepStop(explaining, rows);
  const told =
    stop === null ? tellItems(explaining, subject, counts) : explainStopping(explaining, stop, null, subject);
  return answer(explaining, rows, null, { item: -1, attempt: 0 }, told);
}

function tellItems(explaining: Explaining, subject: string, counts: ItemCounts): Told {
  const { paused } = explaining;
  const { total, notStarted, open, succeeded, failed, cancelled, concurrency, groups } = counts;
  const ended = succeeded + failed + cancelled;
  const doing = groups.map(({ reason, count }) => `${count} ${reason}`);
  const why = paused === null ? `at most ${concurrency ?? 'all'} run at once` : 'the run is paused';
  const bound =
    notStarted === 0 ? '' : ` ${counted(notStarted, 'item')} ${notStarted === 1 ? 'waits' : 'wait'}: ${why}.`;
  return {
    reason: { reason: 'items_open', ...counts },
    message:
      `${subject} has ${counted(total, 'item')}: ${ended} ended (${failed} failed), ` +
      `${open} under way${open === 0 ? '' : ` (${listed(doing)})`}.${bound}`,
    changes: [
      ...(paused === null ? [] : resumeChanges(explaining, paused)),
      { by: 'engine', what: 'It ends when its last item has ended; ask for one of them.', at: null, command: null },
    ],
  };
}

function countItems(explaining: Explaining, step: PlanStep, rows: StepRows, total: number): ItemCounts {
  const ended = { succeeded: 0, failed: 0, cancelled: 0 };
  for (const attempt of rows.attempts) if (attempt.final && attempt.item >= 0) ended[outcomeOf(attempt)] += 1;
  const groups = groupItems(explaining, rows).map(toldGroup);
  const open = groups.reduce((sum, { count }) => sum + count, 0);
  const notStarted = total - open - ended.succeeded - ended.failed - ended.cancelled;
  return { total, notStarted, open, ...ended, concurrency: itemsAtOnce(step), groups };
}

/** What was stopped from outside, or skipped, did not fail by itself. */
const outcomeOf = ({ status, reason }: EndedAttempt): 'succeeded' | 'failed' | 'cancelled' =>
  status === 'succeeded'
    ? 'succeeded'
    : status === 'skipped' || (status === 'cancelled' && reason !== null)
      ? 'cancelled'
      : 'failed';

/** An item that has not started because the for-each runs as many at once as it may. */
export function explainWaitingItem(explaining: Explaining, rows: StepRows, item: number): Answer {
  const step = planStep(explaining, rows.step);
  const { open, concurrency } = countItems(explaining, step, rows, item + 1);
  // Items start in order, but those beyond may have been taken over from another run.
  const begun = [
    ...rows.attempts.filter(({ final }) => final),
    ...[...movingRows(rows).values()].map(({ row }) => row),
  ];
  const ahead = item - begun.filter((row) => row.item >= 0 && row.item < item).length;
  const stop = stepStop(explaining, rows);
  const subject = subjectText(step, item);
  const told: Told =
    stop !== null
      ? explainStopping(explaining, stop, null, `${subject}, which has not started,`)
      : explaining.paused !== null && (concurrency === null || open < concurrency)
        ? explainHeld(explaining, explaining.paused, explaining.paused.at, subject)
        : {
            reason: { reason: 'waiting_for_items', open, concurrency, ahead },
            message: `${subject} has not started: ${open} of at most ${concurrency ?? 'all'} items are under way, and ${counted(ahead, 'other')} will start before it.`,
            changes: [{ by: 'engine', what: 'It starts when items before it have ended.', at: null, command: null }],
          };
  return answer(explaining, rows, null, { item, attempt: 0 }, told);
}

/** A step that waits for others. `reasons`: of the steps that have not ended. */
export function explainPending(
  explaining: Explaining,
  step: PlanStep,
  reasons: ReadonlyMap<number, ReasonName>,
): Answer {
  const dependencies = step.dependsOn.flatMap((number): Dependency[] => {
    const { name, entry } = planStep(explaining, number);
    const reason = reasons.get(number) ?? null;
    // One that no transition leads to any more settles when the engine looks for such: at the end of something else.
    const waits = reason !== null || (entry === 'transitions' && !explaining.settled.has(number));
    return waits ? [{ step: name, reason }] : [];
  });
  const names = dependencies.map(({ step: name, reason }) => `${name} (${reason ?? 'not reached'})`);
  return {
    step: step.name,
    item: -1,
    iteration: 0,
    attempt: 0,
    reason: 'waiting_for_dependencies',
    dependencies,
    message: `${subjectText(step, -1)} waits for ${listed(names)} to end.`,
    changes: stepChanges(explaining, dependencies),
    deadlines: deadlinesOf(explaining, null, null),
  };
}

export function explainEnded(explaining: Explaining, end: EndedAttempt, item = end.item): Answer {
  const step = planStep(explaining, end.step);
  const { status, reason: why, error, endedAt, iteration, attempt } = end;
  const { reused, text } = explainReusedEnd(step.name, end);
  const cause = [why ?? '', error?.message ?? ''].filter((text) => text !== '').join(': ');
  const result = isStepEnd(status) ? status : 'ended';
  return {
    step: step.name,
    item,
    iteration,
    attempt,
    reason: 'ended',
    status,
    why,
    error,
    reused,
    hooks: [],
    message: `${subjectText(step, item)} has ended as ${result} at ${moment(endedAt, explaining.facts.now)}${cause === '' ? '.' : `: ${cause}`}${text}`,
    changes: [],
    deadlines: [],
  };
}

function answer(
  explaining: Explaining,
  rows: StepRows,
  moving: Moving | null,
  { item, attempt }: Readonly<{ item: number; attempt: number }>,
  { reason, message, changes }: Told,
): Answer {
  const { name } = planStep(explaining, rows.step);
  const deadlines = deadlinesOf(explaining, rows, moving);
  return { step: name, item, iteration: rows.iteration, attempt, message, changes, deadlines, ...reason };
}

const subjectText = ({ name }: PlanStep, item: number): string =>
  item < 0 ? `Step ${name}` : `Item ${item} of step ${name}`;
