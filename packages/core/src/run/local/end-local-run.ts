import type { Deciding } from '../deciding.ts';
import type { LocalRun } from '../state.ts';
import { localKey } from './launch-local-run.ts';

/** How much longer than its worker a server waits before it forces what a stopping run still does. */
export const localSlackMs = 10_000;

/** Nobody carries the run out any more. */
export function endLocalRun(decision: Deciding, local: LocalRun): void {
  if (local.attempt > 0) decision.changes.endWork(localKey(local));
  local.attempt = 0;
  local.worker = null;
  local.leasedAt = null;
  decision.controlChanged = true;
}
