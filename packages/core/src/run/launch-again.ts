import type { Deciding } from './deciding.ts';
import { type FoundTask, followEnd } from './find-task.ts';
import { clearLaunch, launchAttempt } from './launch-attempt.ts';
import { settleAttempt } from './task.ts';

/** Launches an attempt whose wait is over: for its retry, or at one of the gates before it (gates.ts). */
export function launchAgain(decision: Deciding, found: FoundTask): void {
  const { target, task } = found;
  const { doing } = task;
  const passed = doing === 'work' || doing === 'retry' || doing === 'kept' ? null : doing;
  clearLaunch(decision, target, task);
  const end = launchAttempt(decision, target, task, passed);
  if (end !== null) followEnd(decision, found, settleAttempt(decision, target, task, end));
}
