import type { EndedAttempt, ItemsDocument, LoadedRun, PlanStep, Wait, WaitKind, Work } from '@millrace/core';

/** The rows of one iteration of one step. */
export type StepRows = Readonly<{
  step: number;
  iteration: number;
  attempts: EndedAttempt[];
  work: Work[];
  waits: Wait[];
  /** The same by kind and item: a for-each may have 100,000 of them. */
  waitOf: Map<string, Wait>;
  /** By item; -1 is the step itself. */
  attemptsOf: Map<number, EndedAttempt[]>;
}>;

/** The rows of a run by step; of each step, its iterations in order. */
export function groupByStep({ attempts, work, waits }: LoadedRun): ReadonlyMap<number, readonly StepRows[]> {
  const groups = new Map<string, StepRows>();
  const group = ({ step, iteration }: Readonly<{ step: number; iteration: number }>): StepRows => {
    const key = `${step}/${iteration}`;
    const found = groups.get(key) ?? noRows(step, iteration);
    groups.set(key, found);
    return found;
  };
  for (const row of attempts) {
    const own = group(row);
    own.attempts.push(row);
    const known = own.attemptsOf.get(row.item);
    if (known === undefined) own.attemptsOf.set(row.item, [row]);
    else known.push(row);
  }
  for (const row of work) group(row).work.push(row);
  for (const row of waits) {
    if (row.step < 0) continue;
    const own = group(row);
    own.waits.push(row);
    own.waitOf.set(waitName(row.kind, row.item), row);
  }
  const steps = new Map<number, StepRows[]>();
  for (const rows of [...groups.values()].sort((left, right) => left.iteration - right.iteration)) {
    const own = steps.get(rows.step) ?? [];
    own.push(rows);
    steps.set(rows.step, own);
  }
  return steps;
}

function noRows(step: number, iteration: number): StepRows {
  return { step, iteration, attempts: [], work: [], waits: [], waitOf: new Map(), attemptsOf: new Map() };
}

export const findWait = ({ waitOf }: StepRows, kind: WaitKind, item = -1): Wait | undefined =>
  waitOf.get(waitName(kind, item));

const waitName = (kind: WaitKind, item: number): string => `${kind}/${item}`;

export const attemptsOf = (rows: StepRows, item: number): readonly EndedAttempt[] => rows.attemptsOf.get(item) ?? [];

export const finalAttempt = (rows: StepRows, item: number): EndedAttempt | undefined =>
  attemptsOf(rows, item).find((attempt) => attempt.final);

/** Waits in the place of work, and before it. */
const movingWaits = ['retry', 'timer', 'child', 'delay', 'approval', 'event', 'slots', 'held', 'cache'] as const;
export type MovingWait = (typeof movingWaits)[number];

const isMovingWait = (kind: WaitKind): kind is MovingWait => (movingWaits as readonly WaitKind[]).includes(kind);

/** What moves a step run that has begun and not ended: its work, or the wait in the place of it. */
export type Moving = Readonly<{ kind: 'work'; row: Work } | { kind: MovingWait; row: Wait }>;

/** By item; -1 is the step itself. */
export function movingRows({ work, waits }: StepRows): ReadonlyMap<number, Moving> {
  const moving = new Map<number, Moving>();
  for (const row of work) moving.set(row.item, { kind: 'work', row });
  for (const row of waits) {
    const { kind } = row;
    if (isMovingWait(kind)) moving.set(row.item, { kind, row });
  }
  return moving;
}

/** How many items a for-each under way has; null: it is none. */
export function totalItems(step: PlanStep, rows: StepRows): number | null {
  const document = findWait(rows, 'items')?.document;
  if (document === undefined || document === null) return null;
  const { items } = JSON.parse(document) as ItemsDocument;
  const count = typeof items === 'number' ? items : items.length;
  return step.batchSize === null ? count : Math.ceil(count / step.batchSize);
}
