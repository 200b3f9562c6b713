import type { Json } from '../../values/json.ts';
import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import type { Fault } from '../fault.ts';
import { findTask, followEnd, isStopped, staleAttempt } from '../find-task.ts';
import { clearLaunch } from '../launch-attempt.ts';
import { stoppedAttempt } from '../stop-task.ts';
import { type AttemptEnd, recordEnd, settleAttempt } from '../task.ts';

type ChildEnded = Extract<Command, { type: 'child_ended' }>;

/** A child run that a step waits for has ended, or could not be started (`child` is null). */
export function childEnded(decision: Deciding, command: ChildEnded): Rejection | null {
  const { key, status } = command;
  const found = findTask(decision, key, 'child');
  if (found === null) return staleAttempt(key);
  const { target, phase, task } = found;
  clearLaunch(decision, target, task);
  const end = attemptEnd(command, task.readyAt);
  if (!isStopped(decision, found)) {
    followEnd(decision, found, settleAttempt(decision, target, task, end));
    return null;
  }
  const stopped =
    status === 'succeeded' && phase.stop !== 'step_timeout'
      ? end
      : stoppedAttempt(decision, key.step, phase.stop, task, end.error);
  followEnd(decision, found, recordEnd(decision, target, task, stopped));
  return null;
}

function attemptEnd({ status, output, error, child }: ChildEnded, startedAt: number): AttemptEnd {
  const common = { reason: null, startedAt, worker: null };
  if (status === 'succeeded') {
    return { ...common, status, output: (output ?? null) === null ? null : JSON.stringify(output), error: null };
  }
  return { ...common, status: 'failed', output: null, error: childFault(child, status, error) };
}

function childFault(child: ChildEnded['child'], status: string, error: Fault | null): Fault {
  const cause = error === null ? '' : `: ${error.message}`;
  if (child === null) {
    const retryable = error?.retryable === false ? { retryable: false } : {};
    return { code: error?.code ?? 'child_failed', message: `The child run did not start${cause}`, ...retryable };
  }
  return {
    code: status === 'cancelled' ? 'child_cancelled' : 'child_failed',
    message: `Child run ${child} ended as ${status}${cause}`,
    details: { run: child, status, error: error as Json },
    // Somebody cancelled it on purpose: another try would not be what they want.
    ...(status === 'cancelled' ? { retryable: false } : {}),
  };
}
