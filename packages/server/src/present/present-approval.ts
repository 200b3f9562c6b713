import { type Approval, isoTime, isoTimeOrNull } from '@millrace/api';
import type { OpenApproval } from '@millrace/engine';

export function presentApproval(open: OpenApproval): Approval {
  const { run, workspace, workflow, step, item, iteration, attempt, since, prompt, form, quorum, escalated } = open;
  return {
    run,
    workspace,
    workflow,
    step,
    item,
    iteration,
    attempt,
    since: isoTime(since),
    prompt,
    form,
    approvers: presentApprovers(open.approvers),
    quorum,
    answers: open.answers.map((answer) => ({ ...answer, at: isoTime(answer.at) })),
    escalates_at: isoTimeOrNull(open.escalatesAt),
    escalated,
    times_out_at: isoTimeOrNull(open.timesOutAt),
    on_timeout: open.onTimeout,
  };
}

export function presentApprovers(approvers: OpenApproval['approvers']): Approval['approvers'] {
  if (approvers === null) return null;
  const { users, roles } = approvers;
  return {
    ...(users === undefined ? {} : { users: [...users] }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
  };
}
