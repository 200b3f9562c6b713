import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import type { Fault } from '../fault.ts';
import { findAsking, notAsking } from '../find-asking.ts';
import { followEnd } from '../find-task.ts';
import { clearLaunch } from '../launch-attempt.ts';
import { refuseQueuedRun } from '../refuse-run.ts';
import { type AttemptEnd, endUnexecuted, settleAttempt } from '../task.ts';

type Refused = Extract<Command, { type: 'slots_refused' }>;

/**
 * The request will not be granted. A step whose key is full, or whose place a newer one took, is skipped: that is no
 * failure. One that waits in a circle fails, and its retry policy is asked.
 */
export function slotsRefused(decision: Deciding, command: Refused): Rejection | null {
  const { key, request, reason } = command;
  if (key.step === -1) return refuseQueuedRun(decision, command) ? null : notAsking(key);
  const asking = findAsking(decision, key, request);
  if (asking === null) return notAsking(key);
  const { found } = asking;
  const { target, task } = found;
  clearLaunch(decision, target, task);
  if (reason === 'circle') {
    const end: AttemptEnd = {
      status: 'failed',
      reason: null,
      output: null,
      error: circleFault(command.limit),
      startedAt: null,
      worker: null,
    };
    followEnd(decision, found, settleAttempt(decision, target, task, end));
    return null;
  }
  const why = reason === 'full' ? 'limit_full' : 'limit_superseded';
  followEnd(decision, found, endUnexecuted(decision, target, 'skipped', why, skippedFor(command)));
  return null;
}

function circleFault(limit: string): Fault {
  return {
    code: 'limit_circle',
    message: `The step waited for the key ${limit} in a circle: its own run holds what the holder of that key waits for.`,
    hint: 'Take all keys in one place: as a list in the `concurrency` of the workflow, so that they are granted together.',
  };
}

function skippedFor({ reason, limit, by }: Refused): Fault {
  const message =
    reason === 'full'
      ? `The key ${limit} was full, and the step says when_full: skip.`
      : `Run ${by} took its place in the line for the key ${limit} (when_full: cancel_oldest).`;
  return { code: reason === 'full' ? 'concurrency_skipped' : 'concurrency_superseded', message };
}
