// What a timeline shows, made of a run's attempts. Pure: the view below only draws it.
import type { Attempt, PlanGraph, Run, RunStep } from '@millrace/api';
import { countText } from '../../../components/count-text.ts';

/** A stretch of time: waiting from `ready` to `start`, then running. Milliseconds since the epoch. */
export type Bar = Readonly<{
  key: string;
  /** null: it was never ready (skipped), or that is not known. */
  ready: number | null;
  start: number | null;
  end: number;
  status: RunStep['status'];
  title: string;
}>;

export type TimelineRow = Readonly<{
  key: string;
  step: string;
  item: number | null;
  name: string;
  depth: 0 | 1;
  status: RunStep['status'];
  bars: readonly Bar[];
  /** How many rows open below it; 0: none. */
  below: number;
  critical: boolean;
}>;

/** Rows of items beyond this many are left to the list of items. */
const mostItems = 1_000;

/** Steps in the order in which they began; those that did not, last, in the order of the file. */
export function timelineRows(
  run: Run,
  attempts: readonly Attempt[],
  critical: ReadonlySet<string>,
  open: ReadonlySet<string>,
  now: number,
): readonly TimelineRow[] {
  const byStep = Map.groupBy(attempts, ({ step }) => step);
  const order = Object.keys(run.steps)
    .map((name, index) => ({ name, index, began: beganAt(byStep.get(name) ?? []) }))
    .sort((a, b) => (a.began ?? Number.POSITIVE_INFINITY) - (b.began ?? Number.POSITIVE_INFINITY) || a.index - b.index);
  return order.flatMap(({ name }) =>
    rowsOfStep(run, name, byStep.get(name) ?? [], critical.has(name), open.has(name), now),
  );
}

function rowsOfStep(
  run: Run,
  name: string,
  attempts: readonly Attempt[],
  critical: boolean,
  isOpen: boolean,
  now: number,
): readonly TimelineRow[] {
  const step = run.steps[name];
  if (step === undefined) return [];
  const real = attempts.filter(({ attempt }) => attempt > 0);
  const below =
    step.items === null
      ? real.length > 1
        ? real.length
        : 0
      : Math.min(mostItems, new Set(real.map(({ item }) => item)).size);
  const own = { key: name, step: name, item: null, name, depth: 0, status: step.status, below, critical } as const;
  const bars = step.items === null ? real.map((attempt) => barOf(attempt, now)) : wholeBar(step, real, now);
  if (!isOpen || below === 0) return [{ ...own, bars }];
  return [{ ...own, bars }, ...(step.items === null ? rowsOfAttempts(name, real, now) : rowsOfItems(name, real, now))];
}

const rowsOfAttempts = (step: string, attempts: readonly Attempt[], now: number): TimelineRow[] =>
  attempts.map((attempt) => ({
    key: `${step}/${attempt.iteration}/${attempt.attempt}`,
    step,
    item: null,
    name:
      attempt.iteration > 0
        ? `iteration ${attempt.iteration + 1}, attempt ${attempt.attempt}`
        : `attempt ${attempt.attempt}`,
    depth: 1,
    status: attempt.status,
    bars: [barOf(attempt, now)],
    below: 0,
    critical: false,
  }));

function rowsOfItems(step: string, attempts: readonly Attempt[], now: number): TimelineRow[] {
  return [...Map.groupBy(attempts, ({ item }) => item)].slice(0, mostItems).map(([item, own]) => ({
    key: `${step}#${item}`,
    step,
    item,
    name: `item ${item}`,
    depth: 1,
    status: own.at(-1)?.status ?? 'pending',
    bars: own.map((attempt) => barOf(attempt, now)),
    below: 0,
    critical: false,
  }));
}

function barOf(attempt: Attempt, now: number): Bar {
  const ready = parse(attempt.ready_at);
  const start = parse(attempt.started_at);
  return {
    key: `${attempt.iteration}/${attempt.item}/${attempt.attempt}`,
    ready,
    start,
    end: parse(attempt.ended_at) ?? now,
    status: attempt.status,
    title: `${attempt.status.replace('_', ' ')}${attempt.attempt > 1 ? `, attempt ${attempt.attempt}` : ''}`,
  };
}

/** Of a for-each: from the first item that was ready to the last that ended. */
function wholeBar(step: RunStep, attempts: readonly Attempt[], now: number): readonly Bar[] {
  if (attempts.length === 0) return [];
  const least = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => Math.min(a, b));
  };
  const bars = attempts.map((attempt) => barOf(attempt, now));
  return [
    {
      key: 'all',
      ready: least(bars.map(({ ready }) => ready)),
      start: least(bars.map(({ start }) => start)),
      end: parse(step.ended_at) ?? now,
      status: step.status,
      title: countText(step.items?.total ?? 0, 'item'),
    },
  ];
}

/**
 * The steps that the run's length hangs on: from the one that ended last back to the one that it waited for last, and so on. Making any
 * other step faster would not have ended the run earlier.
 */
export function criticalPath({ edges }: PlanGraph, steps: Run['steps']): ReadonlySet<string> {
  const before = Map.groupBy(edges, ({ to }) => to);
  const endOf = (name: string): number => parse(steps[name]?.ended_at ?? null) ?? Number.NEGATIVE_INFINITY;
  const began = (name: string): number => parse(steps[name]?.started_at ?? null) ?? Number.POSITIVE_INFINITY;
  const latest = (names: readonly string[]): string | undefined =>
    names
      .filter((name) => endOf(name) > Number.NEGATIVE_INFINITY)
      .reduce<string | undefined>(
        (best, name) => (best === undefined || endOf(name) > endOf(best) ? name : best),
        undefined,
      );
  const path = new Set<string>();
  for (let at = latest(Object.keys(steps)); at !== undefined && !path.has(at); ) {
    path.add(at);
    const here = at;
    at = latest((before.get(here) ?? []).map(({ from }) => from).filter((from) => endOf(from) <= began(here) + 1));
  }
  return path.size > 1 ? path : new Set();
}

/** From where to where the whole run goes. */
export function extentOf(run: Run, attempts: readonly Attempt[], now: number): readonly [number, number] {
  const from = parse(run.started_at) ?? parse(run.created_at) ?? now;
  const to = parse(run.ended_at) ?? now;
  let [first, last] = [from, to];
  for (const { ready_at, ended_at } of attempts) {
    first = Math.min(first, parse(ready_at) ?? first);
    last = Math.max(last, parse(ended_at) ?? last);
  }
  return [first, Math.max(last, first + 1)];
}

function beganAt(attempts: readonly Attempt[]): number | null {
  let first: number | null = null;
  for (const { ready_at, started_at, ended_at } of attempts) {
    const at = parse(started_at) ?? parse(ready_at) ?? parse(ended_at);
    if (at !== null && (first === null || at < first)) first = at;
  }
  return first;
}

const parse = (at: string | null): number | null => (at === null ? null : Date.parse(at));
