import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { setEngineWait } from '../engine-wait.ts';
import { findTask, staleAttempt } from '../find-task.ts';
import { clearLaunch } from '../launch-attempt.ts';

/**
 * Work of a paused run that was given back, and claimed before anybody saw it. It is the worker's by its lease, but the
 * worker was not told of it.
 */
export function hold(decision: Deciding, { key, worker }: Extract<Command, { type: 'hold' }>): Rejection | null {
  const found = findTask(decision, key, 'work');
  if (found === null) return staleAttempt(key);
  const { target, phase, task } = found;
  if (task.worker !== null && task.worker !== worker) return staleAttempt(key);
  if (decision.state.paused === null || phase.stop !== null) {
    return { code: 'not_paused', message: 'The run is not paused, or the attempt is being stopped.' };
  }
  clearLaunch(decision, target, task);
  task.worker = null;
  task.leasedAt = null;
  setEngineWait(decision, target, task, 'held');
  return null;
}
