import { type ExplainedAnswer, isoTime, isoTimeOrNull, type RunExplanation } from '@millrace/api';
import { formatDuration, unreachable } from '@millrace/core';
import type { Answer, Change, Explanation, Holder, ItemGroup, LimitOutlook } from '@millrace/engine';
import { presentApprovers, presentDelegation } from './present-approval.ts';
import { presentFault } from './present-fault.ts';
import { presentHookCall } from './present-hook-call.ts';

export function presentExplanation(explanation: Explanation): RunExplanation {
  const { run, workspace, workflow, status, at, answers, more } = explanation;
  return { run, workspace, workflow, status, at: isoTime(at), answers: answers.map(presentAnswer), more };
}

function presentAnswer(answer: Answer): ExplainedAnswer {
  const { step, item, iteration, attempt, message, changes, deadlines } = answer;
  const subject = {
    step,
    item,
    iteration,
    attempt,
    message,
    changes: changes.map(presentChange),
    deadlines: deadlines.map(({ kind, at }) => ({ kind, at: isoTime(at) })),
  };
  switch (answer.reason) {
    case 'ended': {
      const { reason, status, why, error, reused, hooks } = answer;
      const more = { reused: [...reused], hooks: hooks.map(presentHookCall) };
      return { ...subject, reason, status, why, error: presentFault(error), ...more };
    }
    case 'steps_open': {
      const { reason, underWay, waiting, ended, total } = answer;
      return { ...subject, reason, under_way: underWay, waiting, ended, total };
    }
    case 'paused': {
      const { reason, since, pausedBy, comment, withParent, held, underWay, waiting } = answer;
      const who = { paused_by: pausedBy, comment, with_parent: withParent };
      return { ...subject, reason, since: isoTime(since), ...who, held, under_way: underWay, waiting };
    }
    case 'held':
      return { ...subject, reason: answer.reason, since: isoTime(answer.since) };
    case 'local_run': {
      const { reason, since, holder, underWay, waiting, ended, total } = answer;
      const counts = { under_way: underWay, waiting, ended, total };
      return { ...subject, reason, since: isoTime(since), holder: presentHolder(holder), ...counts };
    }
    case 'waiting_for_run': {
      const { reason, holder } = answer;
      return { ...subject, reason, holder: holder === null ? null : presentHolder(holder) };
    }
    case 'waiting_for_room':
      return { ...subject, reason: answer.reason, since: isoTime(answer.since), holder: presentHolder(answer.holder) };
    case 'waiting_for_dependencies':
      return { ...subject, reason: answer.reason, dependencies: [...answer.dependencies] };
    case 'waiting_for_transition':
      return { ...subject, reason: answer.reason, from: [...answer.from] };
    case 'waiting_for_join': {
      const { reason, needed, arrived, missing } = answer;
      return { ...subject, reason, needed, arrived: [...arrived], missing: [...missing] };
    }
    case 'waiting_for_worker':
      return { ...subject, ...presentSearch(answer) };
    case 'waiting_for_limits':
      return {
        ...subject,
        reason: answer.reason,
        since: isoTime(answer.since),
        limits: answer.limits.map(presentOutlook),
      };
    case 'running':
      return { ...subject, reason: answer.reason, since: isoTime(answer.since), holder: presentHolder(answer.holder) };
    case 'worker_lost': {
      const { reason, since, reapedAt, holder } = answer;
      return {
        ...subject,
        reason,
        since: isoTimeOrNull(since),
        reaped_at: isoTime(reapedAt),
        holder: presentHolder(holder),
      };
    }
    case 'delay':
      return { ...subject, reason: answer.reason, until: isoTime(answer.until) };
    case 'retry_backoff': {
      const { reason, until, tries, maxTries, error } = answer;
      return { ...subject, reason, until: isoTime(until), tries, max_tries: maxTries, error: presentFault(error) };
    }
    case 'timer':
      return { ...subject, reason: answer.reason, since: isoTime(answer.since), until: isoTime(answer.until) };
    case 'waiting_for_people': {
      const { reason, since, prompt, approvers, quorum, approved, escalatesAt, escalated, timesOutAt, onTimeout } =
        answer;
      return {
        ...subject,
        reason,
        since: isoTime(since),
        prompt,
        approvers: presentApprovers(approvers),
        starter: answer.starter,
        delegations: answer.delegations.map(presentDelegation),
        quorum,
        approved: [...approved],
        escalates_at: isoTimeOrNull(escalatesAt),
        escalated,
        times_out_at: isoTimeOrNull(timesOutAt),
        on_timeout: onTimeout,
      };
    }
    case 'waiting_for_event': {
      const { reason, since, type, when, until, fault } = answer;
      return { ...subject, reason, since: isoTime(since), type, when, until: isoTimeOrNull(until), fault };
    }
    case 'child_run':
      return { ...subject, reason: answer.reason, since: isoTime(answer.since), child: answer.child };
    case 'looking_up_cache':
      return { ...subject, reason: answer.reason, since: isoTime(answer.since) };
    case 'items_open': {
      const { reason, total, notStarted, open, succeeded, failed, cancelled, concurrency, groups } = answer;
      const counts = { total, not_started: notStarted, open, succeeded, failed, cancelled, concurrency };
      return { ...subject, reason, ...counts, groups: groups.map(presentGroup) };
    }
    case 'waiting_for_items': {
      const { reason, open, concurrency, ahead } = answer;
      return { ...subject, reason, open, concurrency, ahead };
    }
    case 'cancelling': {
      const { reason, why, since, requestedBy, comment, forcedAt, holder, child } = answer;
      return {
        ...subject,
        reason,
        why,
        since: isoTime(since),
        requested_by: requestedBy,
        comment,
        forced_at: isoTimeOrNull(forcedAt),
        holder: holder === null ? null : presentHolder(holder),
        child,
      };
    }
    default:
      return unreachable(answer);
  }
}

const presentChange = (change: Change) => ({ ...change, at: isoTimeOrNull(change.at) });

const presentGroup = ({ items, changes, ...group }: ItemGroup) => ({
  ...group,
  items: [...items],
  changes: changes.map(presentChange),
});

const presentOutlook = ({ perMs, whenFull, holders, freeAt, ...rest }: LimitOutlook) => ({
  ...rest,
  per: perMs === null ? null : formatDuration(perMs),
  when_full: whenFull,
  holders: holders.map(({ since, ...holder }) => ({ ...holder, since: isoTime(since) })),
  free_at: isoTimeOrNull(freeAt),
});

function presentSearch(answer: Extract<Answer, { reason: 'waiting_for_worker' }>) {
  const { reason, since, queue, capability, labels, ready, connected, matching, busy, stopping, draining, nearest } =
    answer;
  return {
    reason,
    since: isoTime(since),
    queue,
    capability,
    labels: [...labels],
    ready,
    connected,
    matching,
    busy,
    stopping,
    draining: draining.map((worker) => ({ ...worker })),
    nearest:
      nearest === null
        ? null
        : {
            worker: nearest.worker,
            name: nearest.name,
            lacks_workspace: nearest.lacksWorkspace,
            lacks_queue: nearest.lacksQueue,
            lacks_capabilities: [...nearest.lacksCapabilities],
            lacks_labels: [...nearest.lacksLabels],
          },
  };
}

function presentHolder({ worker, name, host, slots, held, heardAt, leaseUntil }: Holder) {
  const times = { heard_at: isoTimeOrNull(heardAt), lease_until: isoTimeOrNull(leaseUntil) };
  return { worker, name, host, slots, held, ...times };
}
