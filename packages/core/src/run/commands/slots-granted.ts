import { beginQueuedRun } from '../begin-run.ts';
import type { Command, Rejection } from '../command.ts';
import { type Deciding, keyOf } from '../deciding.ts';
import { keysHeldBy } from '../demands.ts';
import { findAsking, notAsking } from '../find-asking.ts';
import { followEnd } from '../find-task.ts';
import { launchAttempt } from '../launch-attempt.ts';
import { settleAttempt } from '../task.ts';

/** The slots are the run's, or the attempt's: it begins. Told twice, the second one is refused. */
export function slotsGranted(
  decision: Deciding,
  { key, request, kept }: Extract<Command, { type: 'slots_granted' }>,
): Rejection | null {
  if (key.step === -1) return beginQueuedRun(decision, kept ?? null) ? null : notAsking(key);
  const asking = findAsking(decision, key, request);
  if (asking === null) return notAsking(key);
  const { found, detail } = asking;
  const { target, task } = found;
  const holder = keyOf(target, target.item);
  decision.changes.takeSlots({ ...holder, attempt: key.attempt, request });
  decision.changes.endWait({ ...holder, kind: 'slots' });
  decision.granted = keysHeldBy(detail.demands);
  decision.grantedRerun = detail.rerunOf ?? null;
  const end = launchAttempt(decision, target, task, 'slots');
  decision.granted = [];
  decision.grantedRerun = null;
  // It was over at once, or the run is paused: then it asks again when it is resumed.
  if (end !== null || task.doing === 'held') decision.changes.releaseSlots(holder);
  if (end !== null) followEnd(decision, found, settleAttempt(decision, target, task, end));
  return null;
}
