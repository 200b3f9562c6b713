import type { PlanStep } from '@millrace/core';
import { deadlinesOf } from './deadlines.ts';
import { type Explaining, planStep } from './explaining.ts';
import type { Answer, Change, Dependency, ReasonName } from './explanation.ts';
import { counted, listed } from './moments.ts';

/** What may still happen in a run. */
export type Outlook = Readonly<{
  /** The reasons of the steps that have not ended, and so may lead on. */
  open: ReadonlyMap<number, ReasonName>;
  /** These, and the steps that transitions may lead to from them. */
  alive: ReadonlySet<number>;
}>;

/** Nothing is entered any more in a run that is being stopped. */
export function outlookOf(explaining: Explaining, open: ReadonlyMap<number, ReasonName>): Outlook {
  return { open, alive: explaining.cancel === null ? stepsToCome(explaining, open, null) : new Set() };
}

/**
 * The steps that will end yet, or may. `without` is a join: what lies behind it waits for it. The same as the engine's own
 * look at joins, from the other end.
 */
function stepsToCome(
  { transitions }: Explaining,
  open: ReadonlyMap<number, ReasonName>,
  without: number | null,
): ReadonlySet<number> {
  const alive = new Set(open.keys());
  for (const step of alive) {
    if (step === without) continue;
    for (const target of transitions.targets(step).flat()) if (typeof target === 'object') alive.add(target.step);
  }
  if (without !== null) alive.delete(without);
  return alive;
}

/** Whether some but not enough have arrived at a join. */
export function isJoining({ rounds, cancel }: Explaining, step: number): boolean {
  const round = rounds.get(step);
  return cancel === null && round !== undefined && !round.begun && round.arrived.size > 0;
}

/** A step that a transition has to lead to, and none has yet, or too few. */
export function explainArrivals(explaining: Explaining, step: PlanStep, outlook: Outlook): Answer {
  return isJoining(explaining, step.index)
    ? explainJoin(explaining, step, outlook)
    : explainTransition(explaining, step, outlook);
}

function explainTransition(explaining: Explaining, step: PlanStep, { open, alive }: Outlook): Answer {
  const from = explaining.transitions
    .sources(step.index)
    .filter((source) => alive.has(source))
    .map((source) => dependencyOf(explaining, source, open, alive));
  const names = from.map(({ step: name, reason }) => `${name} (${reason})`);
  const message =
    from.length === 0
      ? `Step ${step.name} was not reached: nothing that is under way leads to it.`
      : `Step ${step.name} waits for a transition to lead to it: from ${listed(names)}.`;
  const told = { reason: 'waiting_for_transition', from, message, changes: stepChanges(explaining, from) } as const;
  return { ...entered(explaining, step), ...told };
}

function explainJoin(explaining: Explaining, step: PlanStep, { open }: Outlook): Answer {
  const { transitions, rounds } = explaining;
  const sources = transitions.sources(step.index);
  const round = rounds.get(step.index);
  const alive = stepsToCome(explaining, open, step.index);
  const arrived: string[] = [];
  const missing: Dependency[] = [];
  for (const [index, from] of sources.entries()) {
    if (round?.arrived.has(index) === true) arrived.push(planStep(explaining, from).name);
    else missing.push(dependencyOf(explaining, from, open, alive));
  }
  const needed = step.join === 'all' || step.join === null ? sources.length : step.join;
  const waitsFor = missing.filter(({ reason }) => reason !== null);
  const names = waitsFor.map(({ step: name, reason }) => `${name} (${reason})`);
  const closed = missing.length - waitsFor.length;
  const never = closed === 0 ? '' : ` ${counted(closed, 'other')} cannot come any more.`;
  return {
    ...entered(explaining, step),
    reason: 'waiting_for_join',
    needed,
    arrived,
    missing,
    message: `Step ${step.name} joins ${step.join ?? 'all'}: ${arrived.length} of ${needed} arrived, from ${listed(arrived)}; it waits for ${listed(names)}.${never}`,
    changes: stepChanges(explaining, waitsFor),
  };
}

function dependencyOf(
  explaining: Explaining,
  step: number,
  open: ReadonlyMap<number, ReasonName>,
  alive: ReadonlySet<number>,
): Dependency {
  const idle = isJoining(explaining, step) ? 'waiting_for_join' : 'waiting_for_transition';
  const reason = open.get(step) ?? (alive.has(step) ? idle : null);
  return { step: planStep(explaining, step).name, reason };
}

/** What a step that waits for others has to say of them. */
export function stepChanges({ run }: Explaining, steps: readonly Dependency[]): readonly Change[] {
  return steps.slice(0, 5).map(({ step, reason }): Change => {
    const command = `millrace explain ${run.id} ${step}`;
    return reason === null
      ? { by: 'engine', what: `Step ${step} counts as not reached once something else has ended.`, at: null, command }
      : { by: 'run', what: `Step ${step} ends.`, at: null, command };
  });
}

const entered = (explaining: Explaining, { index, name }: PlanStep) => ({
  step: name,
  item: -1,
  iteration: (explaining.rows.get(index)?.at(-1)?.iteration ?? -1) + 1,
  attempt: 0,
  deadlines: deadlinesOf(explaining, null, null),
});
