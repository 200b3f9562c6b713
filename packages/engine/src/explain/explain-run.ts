import { isRunEnd, type LoadedRun, MillraceError, type Plan, type PlanStep, type PreparedPlan } from '@millrace/core';
import type { HookCallState } from '../runs/find-hook-calls.ts';
import { runDeadlines } from './deadlines.ts';
import { explainArrivals, isJoining, type Outlook, outlookOf } from './explain-arrivals.ts';
import { explainQueued } from './explain-limits.ts';
import { explainLocalRun, explainUnbegun } from './explain-local-run.ts';
import { explainPausedRun } from './explain-paused.ts';
import { explainReusedRun } from './explain-reused.ts';
import { explainEnded, explainMoving, explainOpenStep, explainPending, explainWaitingItem } from './explain-step.ts';
import { explainStoppingRun, runStop } from './explain-stopping.ts';
import type { Told } from './explain-work.ts';
import { createExplaining, type Explaining } from './explaining.ts';
import type { Answer, Change, Explanation, ReasonName } from './explanation.ts';
import type { Facts } from './facts.ts';
import { groupItems } from './group-items.ts';
import { counted, listed, moment } from './moments.ts';
import { finalAttempt, movingRows, type StepRows, totalItems } from './run-rows.ts';

export type ExplainRequest = Readonly<{
  /** A step by its name; without it, the whole run. */
  step?: string;
  /** An item of that step. */
  item?: number;
}>;

/** How many parts are told at once; the rest is counted. */
export const maxParts = 500;

/**
 * Says why a run, one of its steps or an item does not go on, from the rows that the store keeps (so from exactly what the
 * engine would act on) and the facts around them. Decides nothing and changes nothing. Codes: not_found, invalid_request.
 */
export function explainRun(
  loaded: LoadedRun,
  plan: PreparedPlan,
  facts: Facts,
  request: ExplainRequest = {},
): Explanation {
  const explaining = createExplaining(loaded, plan, facts);
  const { step: name, item } = request;
  if (name === undefined && item !== undefined) {
    throw new MillraceError('invalid_request', `Item ${item} of which step?`, { hint: 'Name the step as well.' });
  }
  const { first, parts, more } =
    name === undefined ? wholeRun(explaining) : oneStep(explaining, stepNamed(plan.plan, name), item);
  const { id, workspace, workflow, status } = loaded.run;
  return { run: id, workspace, workflow, status, at: facts.now, answers: [...first, ...parts], more };
}

type Parts = Readonly<{ first: readonly Answer[]; parts: readonly Answer[]; more: number }>;

const alone = (answer: Answer): Parts => ({ first: [answer], parts: [], more: 0 });

function wholeRun(explaining: Explaining): Parts {
  const { run } = explaining;
  if (isRunEnd(run.status)) return alone(endedRun(explaining));
  if (explainQueued(explaining) !== null) return alone(explainRunItself(explaining, [], []));
  const { underWay, waiting } = openSteps(explaining);
  const parts = [...underWay, ...waiting];
  const first = [explainRunItself(explaining, underWay, waiting)];
  return { first, parts: parts.slice(0, maxParts), more: Math.max(0, parts.length - maxParts) };
}

function oneStep(explaining: Explaining, step: PlanStep, item: number | undefined): Parts {
  const iterations = explaining.rows.get(step.index) ?? [];
  const queued = iterations.length === 0 ? explainQueued(explaining) : null;
  if (queued !== null) return alone(stepOfQueued(explaining, step, item ?? -1, queued));
  if (item !== undefined) return alone(oneItem(explaining, step, iterations, item));
  const open = iterations.flatMap((rows) => {
    const answer = explainOpenStep(explaining, rows);
    return answer === null ? [] : [{ answer, rows }];
  });
  if (open.length === 0) return alone(explainIdle(explaining, step, iterations));
  const groups = open.flatMap(({ rows }) => groupItems(explaining, rows));
  const examples = groups.flatMap(({ answers }) => answers).slice(0, maxParts);
  const items = groups.reduce((sum, { count }) => sum + count, 0);
  return { first: open.map(({ answer }) => answer), parts: examples, more: items - examples.length };
}

/** Nothing of a queued run has begun: what it waits for is the reason for each of its steps. */
function stepOfQueued(explaining: Explaining, { name }: PlanStep, item: number, told: QueuedTold): Answer {
  const { reason, message, changes } = told;
  const deadlines = runDeadlines(explaining);
  const whole = `Step ${name} begins with its run. ${message}`;
  return { step: name, item, iteration: 0, attempt: 0, message: whole, changes, deadlines, ...reason };
}

type QueuedTold = NonNullable<ReturnType<typeof explainQueued>>;

/** A step with nothing under way: it ended, or something has to happen first. */
function explainIdle(explaining: Explaining, step: PlanStep, iterations: readonly StepRows[]): Answer {
  const last = iterations.at(-1);
  const end = last === undefined ? undefined : finalAttempt(last, -1);
  if (end !== undefined && !isJoining(explaining, step.index)) return explainEnded(explaining, end);
  return pendingAnswer(explaining, step);
}

function pendingAnswer(explaining: Explaining, step: PlanStep): Answer {
  if (explaining.local?.begun === false) return explainUnbegun(explaining, step);
  const { reasons, outlook } = lookAhead(explaining, allUnderWay(explaining));
  return step.entry === 'dependencies'
    ? explainPending(explaining, step, reasons)
    : explainArrivals(explaining, step, outlook);
}

function oneItem(explaining: Explaining, step: PlanStep, iterations: readonly StepRows[], item: number): Answer {
  if (step.forEach === null) {
    throw new MillraceError('not_found', `Step ${step.name} has no items: it has no for_each.`, {
      hint: 'Ask for the step alone.',
    });
  }
  const last = iterations.at(-1);
  if (last === undefined) return { ...pendingAnswer(explaining, step), item };
  const end = finalAttempt(last, item);
  if (end !== undefined) return explainEnded(explaining, end);
  const moving = movingRows(last).get(item);
  if (moving !== undefined) return explainMoving(explaining, last, moving);
  const whole = finalAttempt(last, -1);
  const total = whole === undefined ? totalItems(step, last) : endedTotal(whole.input);
  if (total !== null && item >= total) {
    throw new MillraceError(
      'not_found',
      `Step ${step.name} has ${counted(total, 'item')}, counted from 0; there is no ${item}.`,
    );
  }
  if (whole !== undefined) return explainEnded(explaining, { ...whole, ...neverStarted(total) }, item);
  return total === null ? { ...idleOrOpen(explaining, step, last), item } : explainWaitingItem(explaining, last, item);
}

/** Items that a for-each never started count as cancelled; where it has no items at all, its own end says why. */
const neverStarted = (total: number | null) => (total === null ? {} : ({ status: 'cancelled' } as const));

const endedTotal = (input: string | null): number | null =>
  input === null ? null : ((JSON.parse(input) as Readonly<{ total?: number }>).total ?? null);

function idleOrOpen(explaining: Explaining, step: PlanStep, rows: StepRows): Answer {
  return explainOpenStep(explaining, rows) ?? pendingAnswer(explaining, step);
}

function stepNamed(plan: Plan, name: string): PlanStep {
  const found = plan.steps.find((step) => step.name === name);
  if (found !== undefined) return found;
  throw new MillraceError('not_found', `Workflow ${plan.workflow} has no step ${JSON.stringify(name)}.`, {
    hint: `Its steps: ${listed(
      plan.steps.map((step) => step.name),
      20,
    )}.`,
  });
}

/** Steps that have not ended: those that do or wait for something of their own, and those that wait for other steps. */
function openSteps(explaining: Explaining): Readonly<{ underWay: readonly Answer[]; waiting: readonly Answer[] }> {
  const { plan, rows } = explaining;
  if (explaining.local?.begun === false) {
    return { underWay: [], waiting: plan.steps.map((step) => explainUnbegun(explaining, step)) };
  }
  const underWay = allUnderWay(explaining);
  const { reasons, outlook } = lookAhead(explaining, underWay);
  const waiting = plan.steps.flatMap((step): Answer[] => {
    const reason = reasons.get(step.index);
    if (reason === 'waiting_for_dependencies') return [explainPending(explaining, step, reasons)];
    // A step that has run may be entered again; that is no reason to say that it waits.
    const waits = reason === 'waiting_for_join' || (reason === 'waiting_for_transition' && !rows.has(step.index));
    return waits ? [explainArrivals(explaining, step, outlook)] : [];
  });
  return { underWay, waiting };
}

const allUnderWay = (explaining: Explaining): readonly Answer[] =>
  explaining.plan.steps.flatMap(({ index }) =>
    (explaining.rows.get(index) ?? [])
      .map((rows) => explainOpenStep(explaining, rows))
      .filter((answer) => answer !== null),
  );

type Ahead = Readonly<{ reasons: ReadonlyMap<number, ReasonName>; outlook: Outlook }>;

/** Why each step that has not ended, or may begin again, does not: the base of what is said of those behind it. */
function lookAhead(explaining: Explaining, underWay: readonly Answer[]): Ahead {
  const { plan, rows, settled } = explaining;
  const byName = new Map(underWay.map(({ step, reason }) => [step, reason]));
  const open = new Map<number, ReasonName>();
  for (const { index, name, entry } of plan.steps) {
    const reason = byName.get(name);
    if (reason !== undefined) open.set(index, reason);
    else if (entry === 'dependencies' && !rows.has(index)) open.set(index, 'waiting_for_dependencies');
  }
  const outlook = outlookOf(explaining, open);
  const reasons = new Map(open);
  for (const { index, entry } of plan.steps) {
    if (entry !== 'transitions' || open.has(index)) continue;
    if (isJoining(explaining, index)) reasons.set(index, 'waiting_for_join');
    else if (outlook.alive.has(index) && !settled.has(index)) reasons.set(index, 'waiting_for_transition');
  }
  return { reasons, outlook };
}

function explainRunItself(explaining: Explaining, underWay: readonly Answer[], waiting: readonly Answer[]): Answer {
  const { reason, message, changes } = tellRunItself(explaining, underWay, waiting);
  return { ...runItself, message, changes, deadlines: runDeadlines(explaining), ...reason };
}

function tellRunItself(explaining: Explaining, underWay: readonly Answer[], waiting: readonly Answer[]): Told {
  const stop = runStop(explaining);
  if (stop !== null) return explainStoppingRun(explaining, stop, underWay.length + waiting.length);
  if (explaining.paused === null) return explainQueued(explaining) ?? tellRun(explaining, underWay, waiting);
  return explainPausedRun(explaining, explaining.paused, underWay, waiting, cancelChange(explaining));
}

const cancelChange = ({ run }: Explaining): Change => ({
  by: 'person',
  what: 'Cancel the run.',
  at: null,
  command: `millrace run cancel ${run.id}`,
});

const runItself = { step: null, item: -1, iteration: 0, attempt: 0 } as const;

function tellRun(explaining: Explaining, underWay: readonly Answer[], waiting: readonly Answer[]): Told {
  const { run, plan, rows, local } = explaining;
  const total = plan.steps.length;
  const doing = underWay.map(({ step, reason }) => `${step} (${reason})`);
  const blocked =
    waiting.length === 0
      ? ''
      : ` ${counted(waiting.length, 'step')} ${waiting.length === 1 ? 'waits' : 'wait'} for others.`;
  const open = new Set([...underWay, ...waiting].map(({ step }) => step));
  const ended = plan.steps.filter(({ index, name }) => rows.has(index) && !open.has(name)).length;
  const counts = { underWay: underWay.length, waiting: waiting.length, ended, total };
  if (local !== null && local.work !== null) return explainLocalRun(explaining, local.work, doing, counts);
  const moved = new Map(underWay.flatMap(({ changes }) => changes).map((change) => [change.what, change]));
  return {
    reason: { reason: 'steps_open', ...counts },
    message: `Run ${run.id} of ${run.workspace}/${run.workflow} is ${run.status}. Under way: ${listed(doing)}.${blocked}`,
    changes: [...[...moved.values()].slice(0, 5), cancelChange(explaining)],
  };
}

function endedRun(explaining: Explaining): Answer {
  const { run, facts } = explaining;
  const { reused, text } = explainReusedRun(explaining);
  const { status, error, endedAt } = run;
  const at = endedAt === null ? '' : ` at ${moment(endedAt, facts.now)}`;
  const cause = error === null ? '.' : `: ${error.message}`;
  return {
    ...runItself,
    reason: 'ended',
    status,
    why: null,
    error,
    reused,
    hooks: facts.hooks,
    message: `Run ${run.id} has ended as ${status}${at}${cause}${text}${hooksText(facts.hooks)}`,
    changes: [],
    deadlines: [],
  };
}

function hooksText(hooks: readonly HookCallState[]): string {
  if (hooks.length === 0) return '';
  const told = hooks.map(({ hook, action, run, status, error }) => {
    if (error !== null) return `${hook} could not call ${action}: ${error.message}`;
    return run === null ? `${hook} is about to call ${action}` : `${hook} called ${action}: run ${run} (${status})`;
  });
  return ` ${told.join('; ')}.`;
}
