import type { Plan } from '../../plan/plan.ts';
import type { WorkerId } from '../../values/ids.ts';
import { advance } from '../advance.ts';
import type { Deciding } from '../deciding.ts';
import type { Fault } from '../fault.ts';
import { maxWorkerLosses } from '../retry.ts';
import { freshSteps } from '../start-run.ts';
import type { CancelRequest, LocalRun } from '../state.ts';
import { forceStep, stopSteps } from '../stop-run.ts';
import { endLocalRun } from './end-local-run.ts';
import { launchLocalRun, localKey } from './launch-local-run.ts';

/**
 * The worker is gone, and its folder with it: what the steps that ended left there is lost, so the steps after them cannot go
 * on. The run begins again, on another worker, in an empty folder; as with a single step, at most so many times.
 */
export function loseLocalRun(decision: Deciding, local: LocalRun, worker: WorkerId): void {
  const { state, plan } = decision;
  const stopping = local.stop ?? state.cancel;
  if (stopping !== null) {
    forceLocalRun(decision, local, stopping);
    return;
  }
  const error = lostFault(worker, local, plan.plan.failsOnWorkerLoss === true);
  const again = plan.plan.failsOnWorkerLoss !== true && local.attempt <= maxWorkerLosses;
  if (again) beginAgain(decision, local, error);
  else failLocalRun(decision, local, error);
}

/** Ends the run as failed from outside its steps. */
export function failLocalRun(decision: Deciding, local: LocalRun, error: Fault): void {
  const { now: at } = decision;
  forceLocalRun(
    decision,
    local,
    local.stop ?? { at, by: 'engine', reason: null, kind: 'failed', end: { status: 'failed', error } },
  );
}

/** Ends the run now, whatever its worker does. */
export function forceLocalRun(decision: Deciding, local: LocalRun, request: CancelRequest): void {
  const { state } = decision;
  state.cancel = request;
  stopSteps(decision, true);
  advance(decision);
  endLocalRun(decision, local);
}

function beginAgain(decision: Deciding, local: LocalRun, error: Fault): void {
  const { plan, state, changes, now: at } = decision;
  changes.endWork(localKey(local));
  // What is open gets its end as in a run that is stopped; nothing follows from it.
  state.cancel = { at, by: 'engine', reason: null, kind: 'failed', end: { status: 'failed', error } };
  for (const [step, { open }] of state.steps.entries()) {
    for (const iteration of [...open.keys()]) forceStep(decision, { step, iteration });
  }
  state.cancel = null;
  decision.entering.length = 0;
  local.first = Math.max(
    local.first + iterationsOfRound(plan.plan),
    ...state.steps.map(({ iterations }) => iterations),
  );
  const { steps, unsettled, open } = freshSteps(plan, local.first);
  state.steps.splice(0, state.steps.length, ...steps);
  state.unsettled = unsettled;
  state.open = open;
  state.vars = plan.plan.vars;
  state.rounds.clear();
  state.failure = null;
  decision.controlChanged = true;
  launchLocalRun(decision);
}

/**
 * How many iterations a round may have executed, told or not: so that no attempt of the next round has the name of one that
 * was executed already, and their logs do not mix. Each arrival beyond the most takes a number as well, and fails with it:
 * those that were told are rows, which the numbers of the next round have to be behind, too.
 */
function iterationsOfRound({ steps }: Plan): number {
  return 1 + Math.max(0, ...steps.map(({ entry, maxIterations }) => (entry === 'transitions' ? maxIterations : 0)));
}

function lostFault(worker: WorkerId, { attempt }: LocalRun, always: boolean): Fault {
  const times = always || attempt === 1 ? '' : ` It was the loss number ${attempt} of this run.`;
  return {
    code: 'worker_lost',
    message: `Worker ${worker}, which carried the run out, was lost, and the run's folder with it.${times}`,
    hint: 'Start the run again. Steps that must survive their worker belong in a distributed workflow.',
  };
}
