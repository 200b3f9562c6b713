// Which approval somebody means: a step of a run, and of several open ones an item or iteration.
import {
  type AttemptKey,
  type EndedAttempt,
  type LoadedRun,
  MillraceError,
  type Plan,
  type PlanStep,
  type RunId,
  type Wait,
} from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from '../runs/run-not-found.ts';

export type Which = Readonly<{ item?: number; iteration?: number }>;

export type ChosenApproval = Readonly<{
  step: string;
  /** Needed where several approvals of the step are open. */
  item?: number;
  iteration?: number;
}>;

/** Codes: run_not_found, not_found. */
export async function findApproval(
  { store, plans }: Readonly<{ store: Store; plans: PlanCache }>,
  run: RunId,
  name: string,
): Promise<Readonly<{ loaded: LoadedRun; plan: Plan; step: PlanStep }>> {
  const [loaded] = await store.runs.load([run]);
  if (loaded === undefined) throw runNotFound(run);
  const { plan } = await plans.get(loaded.run.plan);
  const step = plan.steps.find((one) => one.name === name);
  if (step?.action.body.type === 'approval') return { loaded, plan, step };
  const names = plan.steps.filter(({ action }) => action.body.type === 'approval').map((one) => one.name);
  const what = step === undefined ? 'no step' : 'no approval';
  throw new MillraceError('not_found', `Run ${run} has ${what} ${name}.`, {
    hint: names.length === 0 ? 'Its workflow has no approvals.' : `Its approvals are: ${names.join(', ')}.`,
  });
}

export const isMeant = (row: AttemptKey, { index }: PlanStep, { item, iteration }: Which): boolean =>
  row.step === index && (item ?? row.item) === row.item && (iteration ?? row.iteration) === row.iteration;

/** null: none is open. Codes: invalid_request (several are). */
export function openWait({ run, waits }: LoadedRun, step: PlanStep, which: Which): Wait | null {
  const open = waits.filter((wait) => wait.kind === 'approval' && isMeant(wait, step, which));
  if (open.length > 1) throw ambiguous(run.id, step, open);
  return open[0] ?? null;
}

export function notOpen(
  { run }: LoadedRun,
  { steps }: Plan,
  step: PlanStep,
  which: Which,
  last: EndedAttempt | undefined,
): MillraceError {
  const name = nameOf(steps[step.index]?.name ?? step.name, which);
  if (last === undefined) {
    return new MillraceError('approval_ended', `The approval ${name} of run ${run.id} is not open.`, {
      hint: `See what the run waits for: millrace explain ${run.id}`,
    });
  }
  const why = last.error?.message ?? last.reason ?? '';
  const how = `${last.status}${why === '' ? '' : ` (${why})`}`;
  return new MillraceError('approval_ended', `The approval ${name} of run ${run.id} has ended as ${how}.`, {
    hint: 'Only an open approval takes answers. List those: millrace approval list',
  });
}

const nameOf = (step: string, { item = -1 }: Which): string => (item < 0 ? step : `${step}[${item}]`);

function ambiguous(run: RunId, step: PlanStep, open: readonly AttemptKey[]): MillraceError {
  const several = open.map(({ item, iteration }) => ({ item, iteration }));
  const named = several
    .slice(0, 20)
    .map(
      ({ item, iteration }) =>
        `${item < 0 ? 'the step' : `item ${item}`}${iteration === 0 ? '' : `, iteration ${iteration}`}`,
    );
  const list = `${named.join('; ')}${several.length > 20 ? '; …' : ''}`;
  return new MillraceError(
    'invalid_request',
    `${several.length} approvals of step ${step.name} of run ${run} are open: ${list}.`,
    { hint: 'Say which one: its item, and in a loop its iteration.', details: { open: several } },
  );
}
