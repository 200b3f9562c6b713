// An approval: a step that waits for people, without a worker.
//
//   open ─▶ answers come (commands) ─▶ as many people as the quorum approved ─▶ succeeded
//    │        └ each person counts once;        └ one rejected ─▶ failed (approval_rejected), never tried again
//    │          a later answer takes the place of the earlier one
//    ├─ somebody hands his vote over ─▶ another one may answer in his place, and he no more
//    ├─ after `escalate.after` ─▶ more people may answer; nothing else changes
//    └─ after `timeout` ─▶ timed_out, skipped or approved, as `on_timeout` says
//
// What is known of an open approval is the `detail` of its wait; the form stays in the plan, which is frozen. The wait is
// due at the next of escalation and time-out. Answers that came are kept with the end of the attempt, whatever ends it:
// whoever sends one again can be told that it counts, and of what was stopped it is known who had approved.
import type { ApprovalBody, Approvers } from '../definitions/action.ts';
import type { Parameters } from '../definitions/parameters.ts';
import { type Checked, checkInput } from '../schema/check-input.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { type Delegation, joined, votesOf } from './approvers.ts';
import type { Fault } from './fault.ts';
import type { Instant } from './records.ts';
import type { AttemptEnd } from './task.ts';

/** What one person said. */
export type ApprovalAnswer = Readonly<{
  by: string;
  decision: 'approve' | 'reject';
  /** Of the form, with its defaults; empty when there is no form. */
  values: JsonObject;
  comment: string | null;
}>;

/** An answer as it is kept. `for`: those who had handed him their votes. */
type GivenAnswer = ApprovalAnswer & Readonly<{ at: Instant; for?: readonly string[] }>;

/** An open approval, as its wait keeps it. */
export type ApprovalDetail = Readonly<{
  prompt: string;
  /** null: everybody may answer. */
  approvers: Approvers | null;
  quorum: number;
  /** In the order in which people first answered; one for each. */
  answers: readonly GivenAnswer[];
  /** Who started the run, and may not answer for that reason; absent: it does not matter, or nobody did. */
  starter?: string;
  /** In the order in which votes were handed over; absent: none was. */
  delegations?: readonly Delegation[];
  /** Who may answer as well after `escalatesAt`; null: nobody, or it has escalated. */
  escalatesTo: Approvers | null;
  escalatesAt: Instant | null;
  escalated: boolean;
  timesOutAt: Instant | null;
}>;

type Rendered = Readonly<{ prompt: Json; approvers: Json; escalatesTo: Json }>;

const noForm: Parameters = { kind: 'flat', fields: {} };

/** An approval that begins; a fault when what its templates gave cannot be used. `key` is where in the body that stands. */
export function newApproval(
  body: ApprovalBody,
  rendered: Rendered,
  starter: string | null,
  now: Instant,
): ApprovalDetail | Readonly<{ key: string; fault: Fault }> {
  const approvers = readApprovers(rendered.approvers);
  if (approvers === undefined) return { key: 'approvers', fault: wrongApprovers(rendered.approvers) };
  const escalatesTo = readApprovers(rendered.escalatesTo);
  if (escalatesTo === undefined) return { key: 'escalate', fault: wrongApprovers(rendered.escalatesTo) };
  const { prompt } = rendered;
  return {
    prompt: typeof prompt === 'string' ? prompt : JSON.stringify(prompt),
    approvers,
    quorum: body.quorum ?? 1,
    answers: [],
    escalatesTo,
    escalatesAt: body.escalate === undefined ? null : now + body.escalate.afterMs,
    escalated: false,
    timesOutAt: body.timeoutMs === undefined ? null : now + body.timeoutMs,
    ...(body.separation_of_duty === true && starter !== null ? { starter } : {}),
  };
}

/** null: nobody is named. undefined: it is not a list of names. An entry may be a template that gives several names. */
function readApprovers(value: Json): Approvers | null | undefined {
  if (value === null) return null;
  const read: { -readonly [Key in keyof Approvers]: Approvers[Key] } = {};
  for (const key of ['users', 'groups', 'roles'] as const) {
    const names = (value as Readonly<Record<string, Json>>)[key];
    if (names === undefined) continue;
    const all = (names as readonly Json[]).flat() as readonly Json[];
    if (!all.every((name) => typeof name === 'string' && name !== '')) return undefined;
    read[key] = [...new Set(all as readonly string[])];
  }
  return read;
}

function wrongApprovers(value: Json): Fault {
  const text = JSON.stringify(value);
  return {
    code: 'invalid_approvers',
    message: `\`approvers\` expects names; it is ${text.length > 200 ? `${text.slice(0, 197)}...` : text}.`,
    hint: 'Each entry is a name, or a template that gives a name or a list of names.',
    retryable: false,
  };
}

/** When the engine looks again: at its escalation, or when its time is over; null: it waits for people alone. */
export function approvalDueAt({ escalatesAt, timesOutAt }: ApprovalDetail): Instant | null {
  if (escalatesAt === null || timesOutAt === null) return escalatesAt ?? timesOutAt;
  return Math.min(escalatesAt, timesOutAt);
}

/** From now on more people may answer. */
export function escalated(detail: ApprovalDetail): ApprovalDetail {
  const { approvers, escalatesTo } = detail;
  return {
    ...detail,
    approvers: approvers === null || escalatesTo === null ? approvers : joined(approvers, escalatesTo),
    escalatesTo: null,
    escalatesAt: null,
    escalated: true,
  };
}

/** Checks what was filled in. An answer that rejects may leave the form out. */
export function checkValues(body: ApprovalBody, { decision, values }: ApprovalAnswer): Checked<JsonObject> {
  if (decision === 'reject' && Object.keys(values).length === 0) return { ok: true, value: {} };
  const checked = checkInput(body.form ?? noForm, values);
  if (checked.ok) return checked;
  const renamed = (message: string) => message.replace(/^The input\b/u, 'The form');
  return {
    ok: false,
    problems: checked.problems.map((problem) => ({ ...problem, message: renamed(problem.message) })),
  };
}

/** Whether both say the same: sending an answer again changes nothing. */
export const isSameAnswer = (one: ApprovalAnswer, other: ApprovalAnswer): boolean =>
  one.by === other.by &&
  one.decision === other.decision &&
  one.comment === other.comment &&
  canonicalJson(one.values) === canonicalJson(other.values);

export function withAnswer(detail: ApprovalDetail, answer: ApprovalAnswer, at: Instant): ApprovalDetail {
  const { by, decision, values, comment } = answer;
  const others = votesOf(detail).held.get(by) ?? [];
  const given = { by, at, decision, values, comment, ...(others.length === 0 ? {} : { for: others }) };
  const known = detail.answers.some((earlier) => earlier.by === by);
  const answers = known
    ? detail.answers.map((earlier) => (earlier.by === by ? given : earlier))
    : [...detail.answers, given];
  return { ...detail, answers };
}

/** What the answers come to; null: more are needed. */
export function judgeAnswers({ quorum, answers }: ApprovalDetail): 'approved' | 'rejected' | null {
  if (answers.some(({ decision }) => decision === 'reject')) return 'rejected';
  return answers.length >= quorum ? 'approved' : null;
}

/** The end of the attempt by what `by` said last. */
export function answeredEnd(detail: ApprovalDetail, by: string, startedAt: Instant): AttemptEnd {
  const common = { reason: null, startedAt, worker: null };
  if (judgeAnswers(detail) === 'approved') {
    return { ...common, status: 'succeeded', output: outcomeText(detail, true, by), error: null };
  }
  const comment = detail.answers.find((answer) => answer.by === by)?.comment ?? null;
  const error: Fault = {
    code: 'approval_rejected',
    message: `Rejected by ${by}${comment === null ? '.' : `: ${comment}`}`,
    details: { by, comment },
    retryable: false,
  };
  return { ...common, status: 'failed', output: outcomeText(detail, false, by), error };
}

/** The end of the attempt when its time is over. */
export function timedOutEnd(
  detail: ApprovalDetail,
  { on_timeout: mode = 'fail', timeoutMs, form }: ApprovalBody,
  startedAt: Instant,
  limit: string,
): AttemptEnd {
  const common = { reason: 'approval_timed_out', startedAt, worker: null } as const;
  if (mode === 'approve') {
    const defaults = checkInput(form ?? noForm, {});
    const output = outcomeText(detail, true, null, defaults.ok ? defaults.value : {});
    return { ...common, status: 'succeeded', output, error: null };
  }
  const output = outcomeText(detail, false, null);
  if (mode === 'skip') return { ...common, status: 'skipped', output, error: null };
  const given = detail.answers.length;
  const error: Fault = {
    code: 'approval_timed_out',
    message: `${given} of ${detail.quorum} approvals came within the timeout of ${limit}.`,
    hint: 'Give people more time with `timeout`, ask others with `escalate`, or say what then follows with `on_timeout`.',
    details: { approved: given, quorum: detail.quorum, timeout_ms: timeoutMs ?? null },
  };
  return { ...common, status: 'timed_out', output, error };
}

/** The end of an attempt that is stopped (`end`), with the answers that people gave until then. */
export function stoppedApproval(detail: ApprovalDetail, end: AttemptEnd): AttemptEnd {
  const { answers, quorum } = detail;
  if (answers.length === 0 || end.error === null) return end;
  const people = answers.map(({ by }) => by).join(', ');
  const message = `${end.error.message} ${answers.length} of ${quorum} approvals had come, from ${people}.`;
  return { ...end, output: outcomeText(detail, false, null), error: { ...end.error, message } };
}

/** JSON of the step's output. `by` is who decided: the last one the quorum needed; null: time did. */
function outcomeText(detail: ApprovalDetail, approved: boolean, by: string | null, defaults: JsonObject = {}): string {
  const dated = <Row extends Readonly<{ at: Instant }>>({ at, ...said }: Row) => ({
    ...said,
    at: new Date(at).toISOString(),
  });
  const answers = detail.answers.map(dated);
  const delegations = detail.delegations === undefined ? {} : { delegations: detail.delegations.map(dated) };
  let values = defaults;
  for (const answer of detail.answers) if (answer.decision === 'approve') values = { ...values, ...answer.values };
  return JSON.stringify({ approved, by, answers, values, ...delegations });
}
