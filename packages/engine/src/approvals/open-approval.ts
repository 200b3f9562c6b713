import {
  type ApprovalBody,
  type ApprovalDetail,
  type AttemptKey,
  type Instant,
  type JsonObject,
  jsonSchemaOf,
  type PlanStep,
  type RunId,
  type Wait,
} from '@millrace/core';

/** An approval that waits for people, as it is shown to them. */
export type OpenApproval = Readonly<{
  run: RunId;
  workspace: string;
  workflow: string;
  step: string;
  /** -1: the step itself. */
  item: number;
  iteration: number;
  attempt: number;
  since: Instant;
  prompt: string;
  /** JSON Schema of what is to be filled in; null: nothing is. */
  form: JsonObject | null;
  approvers: ApprovalDetail['approvers'];
  quorum: number;
  answers: ApprovalDetail['answers'];
  /** Who may not answer, having started the run; null: it does not matter, or nobody did. */
  starter: string | null;
  /** Votes that were handed over. */
  delegations: NonNullable<ApprovalDetail['delegations']>;
  escalatesAt: Instant | null;
  escalated: boolean;
  timesOutAt: Instant | null;
  onTimeout: 'fail' | 'skip' | 'approve';
}>;

type OfRun = Readonly<{ id: RunId; workspace: string; workflow: string }>;
type ApprovalWait = AttemptKey & Pick<Wait, 'document'>;

export function openApproval({ id, workspace, workflow }: OfRun, step: PlanStep, wait: ApprovalWait): OpenApproval {
  const { item, iteration, attempt } = wait;
  const { readyAt, detail } = readApprovalWait(wait);
  const {
    prompt,
    approvers,
    quorum,
    answers,
    starter = null,
    delegations = [],
    escalatesAt,
    escalated,
    timesOutAt,
  } = detail;
  const { form, on_timeout: onTimeout = 'fail' } = step.action.body as ApprovalBody;
  return {
    run: id,
    workspace,
    workflow,
    step: step.name,
    item,
    iteration,
    attempt,
    since: readyAt,
    prompt,
    form: form === undefined ? null : jsonSchemaOf(form),
    approvers,
    quorum,
    answers,
    starter,
    delegations,
    escalatesAt,
    escalated,
    timesOutAt,
    onTimeout,
  };
}

/** What the wait of an open approval keeps. */
export function readApprovalWait({ document }: Pick<Wait, 'document'>): { readyAt: Instant; detail: ApprovalDetail } {
  return JSON.parse(document ?? 'null') as { readyAt: Instant; detail: ApprovalDetail };
}
