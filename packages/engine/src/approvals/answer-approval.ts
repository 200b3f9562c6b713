// Answering an approval.
//
//   which one is meant? (one open approval of the step) ─▶ command `answer` ─▶ applied: it counts
//                                                                           └▶ it has ended: did this very answer count?
//
// An answer that was sent twice, or whose acknowledgement was lost, finds itself among those that are kept: with the wait
// while the approval is open, with the output of the attempt once it has ended. So sending one again is always safe.
import {
  type ApprovalAnswer,
  type Approver,
  type AttemptKey,
  checkInput,
  type EndedAttempt,
  isSameAnswer,
  type Json,
  type LoadedRun,
  MillraceError,
  type Plan,
  type PlanStep,
  type Rejection,
  type RunId,
  runObject,
  standingAt,
} from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from '../runs/run-not-found.ts';
import { type ChosenApproval, findApproval, isMeant, notOpen, openWait, type Which } from './find-approval.ts';
import { readApprovalWait } from './open-approval.ts';

export type AnswerRequest = ApprovalAnswer &
  ChosenApproval &
  /** Absent: nothing is known of whoever answers but the name. */
  Readonly<{ as?: Omit<Approver, 'name'> }>;

/** What came of an answer: how the approval stands after it. */
export type AnswerOutcome = AttemptKey &
  Readonly<{ status: 'open' | 'approved' | 'rejected'; approvals: number; quorum: number }>;

export type AnswerApprovalOptions = Readonly<{ store: Store; plans: PlanCache; driver: RunDriver }>;

/** Codes: run_not_found, not_found, invalid_request (several are open), invalid_input, not_an_approver, approval_ended. */
export function createAnswerApproval({ store, plans, driver }: AnswerApprovalOptions) {
  return async (run: RunId, request: AnswerRequest): Promise<AnswerOutcome> => {
    const { step, plan, loaded } = await findApproval({ store, plans }, run, request.step);
    const { by, decision, values, comment } = request;
    const answer: ApprovalAnswer = { by, decision, values, comment };
    const wait = openWait(loaded, step, request);
    if (wait === null) return ended(loaded, plan, step, request, answer);
    const { item, iteration, attempt } = wait;
    const key = { step: step.index, item, iteration, attempt };
    const who: Approver = { groups: [], roles: [], ...request.as, name: by };
    const standing = standingAt(who, runObject(loaded.run));
    const settled = await driver.send(run, { type: 'answer', key, answer, standing });
    if (settled.kind === 'failed') throw settled.error;
    if (settled.kind === 'rejected') {
      const { code } = settled.rejection;
      if (code === 'not_an_approver' || code === 'invalid_values') throw refusedAnswer(run, step, settled.rejection);
    } else if (settled.kind !== 'applied') throw runNotFound(run);
    const after = await findApproval({ store, plans }, run, request.step);
    const kept = openWait(after.loaded, step, key);
    if (kept?.attempt !== attempt || settled.kind === 'rejected') return ended(after.loaded, plan, step, key, answer);
    const { answers, quorum } = readApprovalWait(kept).detail;
    return { ...key, status: 'open', approvals: answers.length, quorum };
  };
}

/** The approval is not open: fine when it has ended and this very answer counted. */
function ended(loaded: LoadedRun, plan: Plan, step: PlanStep, which: Which, answer: ApprovalAnswer): AnswerOutcome {
  const attempts = loaded.attempts
    .filter((row) => row.attempt > 0 && isMeant(row, step, which))
    .sort((a, b) => b.iteration - a.iteration || b.endedAt - a.endedAt || b.attempt - a.attempt);
  const body = step.action.body;
  const form = body.type === 'approval' ? body.form : undefined;
  const filled = form === undefined ? null : checkInput(form, answer.values);
  const full = filled?.ok === true && answer.decision === 'approve' ? { ...answer, values: filled.value } : answer;
  for (const row of attempts) {
    if (wasStopped(row)) continue;
    const outcome = outcomeOf(row);
    const counted = outcome.answers.some((one) => isSameAnswer(one, full));
    if (!counted) continue;
    const { item, iteration, attempt } = row;
    const approvals = outcome.answers.filter(({ decision }) => decision === 'approve').length;
    const quorum = body.type === 'approval' ? (body.quorum ?? 1) : 1;
    const status = outcome.approved ? 'approved' : 'rejected';
    return { step: step.index, item, iteration, attempt, status, approvals, quorum };
  }
  throw notOpen(loaded, plan, step, which, attempts[0]);
}

/** Its answers are kept, and came to nothing. */
const wasStopped = ({ status, reason }: EndedAttempt): boolean => status === 'cancelled' || reason === 'step_timed_out';

function outcomeOf({ output }: EndedAttempt): Readonly<{ approved: boolean; answers: readonly ApprovalAnswer[] }> {
  const outcome = (output === null ? null : JSON.parse(output)) as { approved?: boolean; answers?: Json } | null;
  return { approved: outcome?.approved === true, answers: (outcome?.answers ?? []) as unknown as ApprovalAnswer[] };
}

export function refusedAnswer(run: RunId, step: PlanStep, { code, message, problems = [] }: Rejection): MillraceError {
  if (code === 'not_an_approver') {
    return new MillraceError('not_an_approver', `Step ${step.name} of run ${run}: ${message}`, {
      hint: 'Ask one of them, or see who may answer: millrace approval list',
    });
  }
  return new MillraceError('invalid_input', `The answer to step ${step.name} of run ${run} is not valid. ${message}`, {
    hint: `See its form: millrace approval get ${run} ${step.name}`,
    details: { problems: problems.map((problem) => ({ ...problem })) },
  });
}
