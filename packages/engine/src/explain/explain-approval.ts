import { approverWords, type Instant, unreachable, type Wait } from '@millrace/core';
import { type OpenApproval, openApproval } from '../approvals/open-approval.ts';
import type { Told } from './explain-work.ts';
import { type Explaining, planStep } from './explaining.ts';
import type { Change } from './explanation.ts';
import { counted, listed, moment, since } from './moments.ts';

/** A step run that waits for people: who, how many have answered, until when, and what happens then. */
export function explainApproval(explaining: Explaining, wait: Wait, subject: string): Told {
  const { run, facts } = explaining;
  const approval = openApproval(run, planStep(explaining, wait.step), wait);
  const { since: begun, prompt, approvers, quorum, escalatesAt, escalated, timesOutAt, onTimeout } = approval;
  const approved = approval.answers.map(({ by }) => by);
  const need = quorum - approved.length;
  const soFar = approved.length === 0 ? '' : ` (${listed(approved)} approved)`;
  const others = escalated ? ' It has escalated.' : '';
  return {
    reason: {
      reason: 'waiting_for_people',
      since: begun,
      prompt,
      approvers,
      starter: approval.starter,
      delegations: approval.delegations,
      quorum,
      approved,
      escalatesAt,
      escalated,
      timesOutAt,
      onTimeout,
    },
    message:
      `${subject} waits ${since(begun, facts.now)} for ${counted(need, 'more person', 'more people')} to approve` +
      `${soFar}: ${prompt} ${whoText(approval)}${others}${timeText(approval, facts.now)}`,
    changes: [...peopleChanges(approval), ...timeChanges(approval)],
  };
}

function whoText({ approvers, starter, delegations }: OpenApproval): string {
  const who = listed(approverWords(approvers));
  // A name is written as it is.
  const begun = approvers?.users?.length ? who : `${who.charAt(0).toUpperCase()}${who.slice(1)}`;
  const except = starter === null ? '' : `, but not ${starter}, who started the run`;
  const handed = delegations.map(({ from, to }) => ` ${from} handed the vote over to ${to}.`);
  return `${begun} may answer${except}.${handed.join('')}`;
}

function timeText({ timesOutAt, onTimeout }: OpenApproval, now: Instant): string {
  return timesOutAt === null ? '' : ` At ${moment(timesOutAt, now)} it ${outcomeText(onTimeout)}.`;
}

function outcomeText(onTimeout: OpenApproval['onTimeout']): string {
  switch (onTimeout) {
    case 'fail':
      return 'times out';
    case 'skip':
      return 'is skipped';
    case 'approve':
      return 'counts as approved';
    default:
      return unreachable(onTimeout);
  }
}

function peopleChanges({ run, step, item, iteration, approvers }: OpenApproval): readonly Change[] {
  const which = `${item < 0 ? '' : ` --item ${item}`}${iteration === 0 ? '' : ` --iteration ${iteration}`}`;
  const by = approvers?.users === undefined ? '' : ` --by ${approvers.users[0] ?? 'NAME'}`;
  const command = (verb: string) => `millrace approval ${verb} ${run} ${step}${which}${by}`;
  return [
    { by: 'person', what: 'Somebody approves it.', at: null, command: command('approve') },
    { by: 'person', what: 'Somebody rejects it, which fails the step.', at: null, command: command('reject') },
  ];
}

function timeChanges({ escalatesAt, timesOutAt, onTimeout }: OpenApproval): readonly Change[] {
  const changes: Change[] = [];
  if (escalatesAt !== null && (timesOutAt === null || escalatesAt < timesOutAt)) {
    changes.push({ by: 'clock', what: 'It escalates: more people may answer.', at: escalatesAt, command: null });
  }
  if (timesOutAt !== null) {
    changes.push({
      by: 'clock',
      what: `Its time is over, and it ${outcomeText(onTimeout)}.`,
      at: timesOutAt,
      command: null,
    });
  }
  return changes;
}
