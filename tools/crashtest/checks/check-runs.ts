// What has to be true of the rows of all runs, of the events and of the logs when everything has ended.
import { controlOf } from '../../../packages/engine/testkit/simulator/run-checks.ts';
import { checkBodies } from './check-bodies.ts';
import { checkCache } from './check-cache.ts';
import { checkEvents } from './check-events.ts';
import { checkHooks } from './check-hooks.ts';
import { checkLimits } from './check-limits.ts';
import { checkLogs } from './check-logs.ts';
import { checkAnswers, checkPauses } from './check-people.ts';
import { checkReruns } from './check-reruns.ts';
import { checkChildren, checkRows } from './check-rows.ts';
import { checkStarts } from './check-starts.ts';
import type { Histories, Violate } from './histories.ts';

/** Everything that is not as promised, a sentence for each. */
export function checkRuns(histories: Histories): readonly string[] {
  const violations: string[] = [];
  const violate: Violate = (text) => void violations.push(text);
  checkStarts(histories, violate);
  for (const loaded of histories.runs) checkRows(loaded, violate);
  checkChildren(histories.runs, violate);
  checkAnswers(histories, violate);
  checkPauses(histories, violate);
  checkCancels(histories, violate);
  checkBodies(histories, violate);
  checkLogs(histories, violate);
  checkLimits(histories, violate);
  checkHooks(histories, violate);
  checkEvents(histories, violate);
  checkReruns(histories, violate);
  checkCache(histories, violate);
  return violations;
}

/** What a worker was given just before it hears of the cancellation may still begin. */
const cancelMs = 15_000;

/** In a run that was cancelled nothing begins any more. */
function checkCancels({ runs, ledger }: Histories, violate: Violate): void {
  const cancelledAt = new Map(
    runs.flatMap(({ run }) => {
      const { cancel } = controlOf(run);
      return cancel?.kind === 'cancel' ? [[String(run.id), cancel.at]] : [];
    }),
  );
  for (const { run, step, attempt, beganAt } of ledger) {
    const at = cancelledAt.get(run);
    if (at === undefined || beganAt <= at + cancelMs) continue;
    violate(`Run ${run} was cancelled at ${at}, and the body of ${step}, attempt ${attempt}, began at ${beganAt}.`);
  }
}
