import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { findTask, followEnd, staleAttempt } from '../find-task.ts';
import { launchAgain } from '../launch-again.ts';
import { clearLaunch } from '../launch-attempt.ts';
import { settleAttempt } from '../task.ts';

/** What was found in the cache takes the place of the attempt's work; when nothing was, the attempt is launched. */
export function cacheAnswer(
  decision: Deciding,
  { key, hit }: Extract<Command, { type: 'cache_answer' }>,
): Rejection | null {
  const found = findTask(decision, key, 'cache');
  if (found === null) return staleAttempt(key);
  if (hit === null) {
    launchAgain(decision, found);
    return null;
  }
  const { target, task } = found;
  clearLaunch(decision, target, task);
  const { output } = hit;
  const startedAt = decision.now;
  const end = { status: 'succeeded', reason: 'cached', output, error: null, startedAt, worker: null } as const;
  followEnd(decision, found, settleAttempt(decision, target, task, end));
  return null;
}
