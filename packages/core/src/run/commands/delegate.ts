import { whyNotAnswer, whyNotDelegate } from '../approvers.ts';
import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { setEngineWait } from '../engine-wait.ts';
import { findTask, staleAttempt } from '../find-task.ts';
import { approvalOf } from '../open-approval.ts';

/** Somebody who may answer an approval hands his vote over. The same again changes nothing. */
export function delegateVote(
  decision: Deciding,
  { key, from, to, comment }: Extract<Command, { type: 'delegate' }>,
): Rejection | null {
  const found = findTask(decision, key, 'approval');
  if (found === null) return staleAttempt(key);
  const { target, task } = found;
  const { detail } = approvalOf(decision, key.step, task);
  const { delegations = [] } = detail;
  const last = delegations.findLast((one) => one.from === from.name || one.to === from.name);
  if (last?.from === from.name && last.to === to) return null;
  const outside = whyNotAnswer(detail, from);
  if (outside !== null) return { code: 'not_an_approver', message: outside };
  const refused = whyNotDelegate(detail, from.name, to);
  if (refused !== null) return { code: 'cannot_delegate', message: refused };
  const handed = { from: from.name, to, comment, at: decision.now };
  task.detail = JSON.stringify({ ...detail, delegations: [...delegations, handed] });
  setEngineWait(decision, target, task, 'approval');
  return null;
}
