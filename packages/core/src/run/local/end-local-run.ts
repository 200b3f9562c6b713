import { type Deciding, runKey } from '../deciding.ts';
import type { LocalRun } from '../state.ts';
import { localKey } from './launch-local-run.ts';

/** How much longer than its worker a server waits before it forces what a stopping run still does. */
export const localSlackMs = 10_000;

/** Nobody carries the run out any more. */
export function endLocalRun(decision: Deciding, local: LocalRun): void {
  if (local.attempt > 0) decision.changes.endWork(localKey(local));
  // The record may have set it again over the one that is stored.
  if (local.stop !== null) decision.changes.endWait({ ...runKey, kind: 'cancel_grace' });
  local.attempt = 0;
  local.worker = null;
  local.leasedAt = null;
  decision.controlChanged = true;
}
