import type { EndedAttempt, ItemsDocument, LoadedRun, PlanStep, Wait, WaitKind, Work } from '@millrace/core';

/** The rows of one iteration of one step. */
export type StepRows = Readonly<{
  step: number;
  iteration: number;
  attempts: EndedAttempt[];
  work: Work[];
  waits: Wait[];
}>;

/** The rows of a run by step; of each step, its iterations in order. */
export function groupByStep({ attempts, work, waits }: LoadedRun): ReadonlyMap<number, readonly StepRows[]> {
  const groups = new Map<string, StepRows>();
  const group = ({ step, iteration }: Readonly<{ step: number; iteration: number }>): StepRows => {
    const key = `${step}/${iteration}`;
    const found = groups.get(key) ?? { step, iteration, attempts: [], work: [], waits: [] };
    groups.set(key, found);
    return found;
  };
  for (const row of attempts) group(row).attempts.push(row);
  for (const row of work) group(row).work.push(row);
  for (const row of waits) if (row.step >= 0) group(row).waits.push(row);
  const steps = new Map<number, StepRows[]>();
  for (const rows of [...groups.values()].sort((left, right) => left.iteration - right.iteration)) {
    const own = steps.get(rows.step) ?? [];
    own.push(rows);
    steps.set(rows.step, own);
  }
  return steps;
}

export const findWait = ({ waits }: StepRows, kind: WaitKind, item = -1): Wait | undefined =>
  waits.find((wait) => wait.kind === kind && wait.item === item);

export const finalAttempt = ({ attempts }: StepRows, item: number): EndedAttempt | undefined =>
  attempts.find((attempt) => attempt.item === item && attempt.final);

/** What moves a step run that has begun and not ended: its work, or the wait in the place of it. */
export type Moving = Readonly<
  { kind: 'work'; row: Work } | { kind: 'retry' | 'timer' | 'child' | 'delay' | 'approval'; row: Wait }
>;

/** By item; -1 is the step itself. */
export function movingRows({ work, waits }: StepRows): ReadonlyMap<number, Moving> {
  const moving = new Map<number, Moving>();
  for (const row of work) moving.set(row.item, { kind: 'work', row });
  for (const row of waits) {
    const { kind } = row;
    if (kind === 'retry' || kind === 'timer' || kind === 'child' || kind === 'delay' || kind === 'approval')
      moving.set(row.item, { kind, row });
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
