import type { WorkerId } from '../values/ids.ts';
import { openTask } from './find-task.ts';
import type { AttemptKey, Instant } from './records.ts';
import type { RunState } from './state.ts';

/**
 * Tells the state who holds an attempt. Leases are given out without a decision, by whatever claims work, so a host
 * tells every one that it knows of: work whose holder is unknown is withdrawn by a cancel or a queue timeout instead of
 * being stopped with grace. False when the attempt is not under way.
 */
export function noteLease(
  state: RunState,
  key: AttemptKey,
  worker: WorkerId | null,
  leasedAt: Instant | null,
): boolean {
  if (key.step === -1) return noteLocalLease(state, key, worker, leasedAt);
  const found = openTask(state, key);
  if (found === null || found.task.doing !== 'work') return false;
  found.task.worker = worker;
  found.task.leasedAt = leasedAt;
  return true;
}

function noteLocalLease(
  { local }: RunState,
  { attempt }: AttemptKey,
  worker: WorkerId | null,
  leasedAt: Instant | null,
): boolean {
  if (local === null || attempt === 0 || local.attempt !== attempt) return false;
  local.worker = worker;
  local.leasedAt = leasedAt;
  return true;
}
