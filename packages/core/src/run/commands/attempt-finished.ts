import { checkOutput } from '../../schema/check-input.ts';
import type { AttemptResult, Command, Rejection } from '../command.ts';
import { type Deciding, planStep } from '../deciding.ts';
import { findTask, followEnd, isStopped, staleAttempt } from '../find-task.ts';
import { clearLaunch } from '../launch-attempt.ts';
import type { Task } from '../state.ts';
import { stoppedAttempt } from '../stop-task.ts';
import { type AttemptEnd, recordEnd, settleAttempt } from '../task.ts';

/** A worker reports the end of an attempt. */
export function attemptFinished(
  decision: Deciding,
  { key, worker, result }: Extract<Command, { type: 'attempt_finished' }>,
  doing: 'work' | 'local' = 'work',
): Rejection | null {
  const found = findTask(decision, key, doing);
  if (found === null) return staleAttempt(key);
  const { target, phase, task } = found;
  if (worker !== null && task.worker !== null && worker !== task.worker) return staleAttempt(key);
  if (worker !== null) task.worker = worker;
  clearLaunch(decision, target, task);
  if (!isStopped(decision, found)) {
    const end = attemptEnd(decision, key.step, task, result);
    followEnd(decision, found, settleAttempt(decision, target, task, end));
    return null;
  }
  // It may have succeeded before it heard that it should stop; only a step that ran out of time cannot succeed any
  // more.
  const end =
    result.status === 'succeeded' && phase.stop !== 'step_timeout'
      ? attemptEnd(decision, key.step, task, result)
      : stoppedAttempt(decision, key.step, phase.stop, task, result.status === 'succeeded' ? null : result.error);
  followEnd(decision, found, recordEnd(decision, target, task, end));
  return null;
}

function attemptEnd(decision: Deciding, step: number, task: Task, result: AttemptResult): AttemptEnd {
  const { now, plan } = decision;
  const duration = Number.isFinite(result.durationMs) ? Math.max(0, Math.round(result.durationMs)) : 0;
  const common = { startedAt: Math.max(task.readyAt, now - duration), worker: task.worker };
  if (result.status !== 'succeeded') {
    const reason = result.status === 'timed_out' ? 'attempt_timed_out' : null;
    return { ...common, status: result.status, reason, output: null, error: result.error };
  }
  const { action } = planStep(plan, step);
  const checked =
    action.output === null ? { ok: true as const, value: result.output } : checkOutput(action.output, result.output);
  if (!checked.ok) {
    const problems = checked.problems.map((problem) => problem.message).join(' ');
    const message = `The output of ${action.name} is not what the action promises. ${problems}`;
    return { ...common, status: 'failed', reason: null, output: null, error: { code: 'invalid_output', message } };
  }
  const output = (checked.value ?? null) === null ? null : JSON.stringify(checked.value);
  return { ...common, status: 'succeeded', reason: null, output, error: null };
}
