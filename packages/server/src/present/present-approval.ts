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
    starter: open.starter,
    delegations: open.delegations.map(presentDelegation),
    answers: open.answers.map(({ for: others, ...answer }) => ({
      ...answer,
      at: isoTime(answer.at),
      ...(others === undefined ? {} : { for: [...others] }),
    })),
    escalates_at: isoTimeOrNull(open.escalatesAt),
    escalated,
    times_out_at: isoTimeOrNull(open.timesOutAt),
    on_timeout: open.onTimeout,
  };
}

export function presentApprovers(approvers: OpenApproval['approvers']): Approval['approvers'] {
  if (approvers === null) return null;
  const { users, groups, roles } = approvers;
  return {
    ...(users === undefined ? {} : { users: [...users] }),
    ...(groups === undefined ? {} : { groups: [...groups] }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
  };
}

export const presentDelegation = (
  delegation: OpenApproval['delegations'][number],
): Approval['delegations'][number] => ({
  ...delegation,
  at: isoTime(delegation.at),
});
