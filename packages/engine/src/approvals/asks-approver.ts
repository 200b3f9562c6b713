import { mayAnswer, type PermissionObject, standingAt, type Wait } from '@millrace/core';
import type { ApprovalFilter } from '../ports/queries.ts';
import { readApprovalWait } from './open-approval.ts';

/** Whether an open approval of a run is one that the filter's approver may answer (and, if it says so, has not yet). */
export function asksApprover(
  { approver, unanswered = false }: ApprovalFilter,
  wait: Pick<Wait, 'document'>,
  run: PermissionObject,
): boolean {
  if (approver === undefined) return true;
  const { detail } = readApprovalWait(wait);
  if (unanswered && detail.answers.some(({ by }) => by === approver.name)) return false;
  return mayAnswer(detail, standingAt(approver, run));
}
