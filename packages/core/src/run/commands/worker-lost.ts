import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { findTask, followEnd, isStopped, staleAttempt } from '../find-task.ts';
import { clearLaunch } from '../launch-attempt.ts';
import { stoppedAttempt } from '../stop-task.ts';
import { type AttemptEnd, recordEnd, settleAttempt } from '../task.ts';

/** A worker's lease ran out. Its late report, if there is one, finds another attempt in its place. */
export function workerLost(
  decision: Deciding,
  { key, worker }: Extract<Command, { type: 'worker_lost' }>,
): Rejection | null {
  const found = findTask(decision, key, 'work');
  if (found === null) return staleAttempt(key);
  const { target, phase, task } = found;
  if (task.worker !== null && worker !== task.worker) return staleAttempt(key);
  task.worker = worker;
  clearLaunch(decision, target, task);
  if (isStopped(decision, found)) {
    const end = stoppedAttempt(decision, key.step, phase.stop, task);
    followEnd(decision, found, recordEnd(decision, target, task, end));
    return null;
  }
  const end: AttemptEnd = {
    status: 'failed',
    reason: 'worker_lost',
    output: null,
    error: { code: 'worker_lost', message: `Worker ${worker} was lost while it held the attempt.` },
    startedAt: task.leasedAt,
    worker,
  };
  followEnd(decision, found, settleAttempt(decision, target, task, end));
  return null;
}
