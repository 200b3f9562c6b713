import type { ApprovalBody } from '../definitions/action.ts';
import type { ApprovalDetail } from './approval.ts';
import { type Deciding, planStep } from './deciding.ts';
import type { Task } from './state.ts';

/** What an approval asks for, and how it stands. */
export function approvalOf(
  { plan }: Pick<Deciding, 'plan'>,
  step: number,
  task: Task,
): Readonly<{ body: ApprovalBody; detail: ApprovalDetail }> {
  const { name, action } = planStep(plan, step);
  if (action.body.type !== 'approval' || task.detail === null) throw new Error(`Step ${name} is no open approval.`);
  return { body: action.body, detail: JSON.parse(task.detail) as ApprovalDetail };
}
