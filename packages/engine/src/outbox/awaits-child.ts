import type { AttemptKey, RunState } from '@millrace/core';

/** Whether an attempt waits for its child run, and neither its step nor its run was asked to stop. */
export function awaitsChild({ cancel, steps }: RunState, { step, item, iteration, attempt }: AttemptKey): boolean {
  if (cancel !== null) return false;
  const phase = steps[step]?.open.get(iteration);
  if (phase === undefined || phase.kind === 'delayed' || phase.stop !== null) return false;
  const task = phase.kind === 'items' ? phase.open.get(item) : phase.task;
  return task?.doing === 'child' && task.attempt === attempt;
}
