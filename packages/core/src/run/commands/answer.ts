import { answeredEnd, checkValues, isSameAnswer, judgeAnswers, withAnswer } from '../approval.ts';
import { whyNotAnswer } from '../approvers.ts';
import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { setEngineWait } from '../engine-wait.ts';
import { findTask, followEnd, staleAttempt } from '../find-task.ts';
import { clearLaunch } from '../launch-attempt.ts';
import { approvalOf } from '../open-approval.ts';
import { settleAttempt } from '../task.ts';

/**
 * Somebody answers an approval. It counts whether the run goes on or is paused: what follows is held then. The same
 * answer again changes nothing; another one of the same person takes the place of the first.
 */
export function answerApproval(
  decision: Deciding,
  { key, answer, standing }: Extract<Command, { type: 'answer' }>,
): Rejection | null {
  const found = findTask(decision, key, 'approval');
  if (found === null) return staleAttempt(key);
  const { target, task } = found;
  const { body, detail } = approvalOf(decision, key.step, task);
  const { by } = answer;
  const refused = whyNotAnswer(detail, { ...standing, name: by });
  if (refused !== null) return { code: 'not_an_approver', message: refused };
  const checked = checkValues(body, answer);
  if (!checked.ok) {
    const message = checked.problems.map((problem) => problem.message).join(' ');
    return { code: 'invalid_values', message, problems: checked.problems };
  }
  const given = { ...answer, values: checked.value };
  if (detail.answers.some((earlier) => isSameAnswer(earlier, given))) return null;
  const answered = withAnswer(detail, given, decision.now);
  if (judgeAnswers(answered) === null) {
    task.detail = JSON.stringify(answered);
    setEngineWait(decision, target, task, 'approval');
    return null;
  }
  clearLaunch(decision, target, task);
  followEnd(decision, found, settleAttempt(decision, target, task, answeredEnd(answered, by, task.readyAt)));
  return null;
}
