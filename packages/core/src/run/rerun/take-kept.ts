import { type Deciding, keyOf, planStep, type StepAt, stepState } from '../deciding.ts';
import { endTime } from '../end-time.ts';
import { beginAnew } from '../enter-step.ts';
import { continueItems, countItem, endedItems, endItems, judgeItems } from '../items.ts';
import { settleStep } from '../settle-step.ts';
import type { EndedItem, ItemsPhase } from '../state.ts';
import { stopEnd } from '../stop-task.ts';
import { endUnexecuted, type TaskEnd } from '../task.ts';
import { stepTarget } from '../task-view.ts';
import { failsRun } from './fails-run.ts';
import type { KeptItems, KeptResult } from './kept-results.ts';
import { type ItemResults, leaveBehind } from './replay.ts';
import { type ReusedEnd, writeReused } from './reused-input.ts';

/**
 * Takes over the result that came first in the old run, of those that steps wait for. False: none waits.
 *
 * A result that would make the run fail is not taken over: the step runs again. That is so for a failure that nobody
 * tolerates or handles, and for a step whose transitions lead to `fail`; of a for-each the items run again that did not
 * succeed, or all if all did.
 */
export function takeKept(decision: Deciding): boolean {
  const { replay } = decision;
  const next = replay?.pending.pop();
  if (replay === null || next === undefined) return false;
  const { at, kept, atOnce } = next;
  replay.until = kept.endedAt;
  const reused: ReusedEnd = { endedAt: kept.endedAt, ...(atOnce ? { atOnce } : {}) };
  const phase = stepState(decision.state, at.step).open.get(at.iteration);
  if (phase?.kind === 'items' && 'items' in kept) takeItems(decision, at, phase, kept.items, reused);
  else if (phase?.kind === 'single' && 'result' in kept) takeResult(decision, at, kept.result, reused);
  return true;
}

function takeResult(decision: Deciding, at: StepAt, result: KeptResult, reused: ReusedEnd): void {
  const stopping = decision.state.cancel !== null;
  if (stopping && result.status !== 'succeeded') {
    const { status, reason, error } = stopEnd(decision, at.step, null);
    settleStep(decision, at, endUnexecuted(decision, stepTarget(at), status, reason, error));
    return;
  }
  const end: TaskEnd = { ...reusedEnd(result), startedAt: null };
  if (!stopping && failsRun(decision, at, end, null)) {
    beginAnew(decision, at);
    return;
  }
  writeKept(decision, at, -1, result, reused);
  settleStep(decision, at, end);
}

function takeItems(decision: Deciding, at: StepAt, phase: ItemsPhase, { results }: KeptItems, reused: ReusedEnd): void {
  phase.open.clear();
  for (let index = 0; index < phase.total; index++) recordKept(phase, index, results[index]);
  if (results.some(wasStopped)) phase.stop = 'item_failed';
  const judged = judgeItems(decision, at.step, phase);
  const end: TaskEnd = { ...judged, output: null, attempts: 0, startedAt: phase.startedAt };
  if (decision.state.cancel !== null || !failsRun(decision, at, end, endedItems(phase))) {
    for (const [index, result] of results.entries()) writeKept(decision, at, index, result);
    endItems(decision, at.step, phase, reused);
    return;
  }
  const again = new Map([...results.entries()].filter(([, result]) => result?.status === 'succeeded'));
  phase.ended.length = 0;
  phase.succeeded = 0;
  phase.failed = 0;
  phase.cancelled = 0;
  phase.cursor = 0;
  phase.stop = null;
  takeSome(decision, at, phase, again.size < phase.total ? (again as Map<number, KeptResult>) : new Map());
}

/** Whether another item's failure stopped this one, or kept it from starting. */
const wasStopped = (result: KeptResult | null | undefined): boolean =>
  result === null || result?.status === 'cancelled';

/**
 * Takes over the results of some items; the others run (again). Where a failure stops the others, a failed item is one of
 * those: taken over, its failure would stop what is to run, and what it stopped before is no result without it.
 */
export function takeSome(decision: Deciding, at: StepAt, phase: ItemsPhase, results: ItemResults): void {
  leaveBehind(decision, at.step);
  const { onItemFailure, continueOnFailure } = planStep(decision.plan, at.step);
  const tolerated = onItemFailure === 'ignore' || (continueOnFailure && onItemFailure !== 'stop');
  for (const [index, result] of results) {
    if (result === null || (result.status !== 'succeeded' && (!tolerated || wasStopped(result)))) continue;
    recordKept(phase, index, result);
    writeKept(decision, at, index, result);
  }
  continueItems(decision, at.step, phase);
}

function recordKept(phase: ItemsPhase, index: number, result: KeptResult | null | undefined): void {
  if (result === null || result === undefined) return;
  const end = reusedEnd(result);
  phase.ended[index] = end;
  countItem(phase, end);
}

const reusedEnd = ({ status, output, error }: KeptResult): EndedItem => ({
  status,
  reason: 'reused',
  attempts: 0,
  output,
  error,
});

function writeKept(
  decision: Deciding,
  at: StepAt,
  item: number,
  result: KeptResult | null | undefined,
  reused: ReusedEnd | null = null,
): void {
  if (result === null || result === undefined) return;
  decision.changes.endAttempt({
    ...keyOf(at, item),
    ...{ attempt: 0, status: result.status, reason: 'reused', final: true, readyAt: null, startedAt: null },
    endedAt: item === -1 ? endTime(decision, at) : decision.now,
    worker: null,
    input: writeReused(result.source, reused),
    output: result.output,
    error: result.error,
  });
}
