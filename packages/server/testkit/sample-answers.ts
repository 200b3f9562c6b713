import { eventId, type Fault, runId, type StoredEvent, workerId } from '@millrace/core';
import type { Answer, Explanation, Holder, OpenApproval, ReasonName } from '@millrace/engine';

const at = Date.UTC(2026, 10, 21, 9, 30);
const fault: Fault = { code: 'exit_code', message: 'It broke.', details: { exit_code: 3 } };
const holder: Holder = {
  worker: workerId('w1'),
  name: 'one',
  host: 'h',
  slots: 4,
  held: 2,
  heardAt: at,
  leaseUntil: at + 9000,
};
const child = { run: runId('1001'), status: 'running' } as const;
const common = {
  step: 'build',
  item: -1,
  iteration: 0,
  attempt: 1,
  message: 'It waits.',
  changes: [{ by: 'clock', what: 'Time passes.', at, command: null }],
  deadlines: [{ kind: 'step_timeout', at }],
} as const;

/** One answer of each kind. */
export const sampleAnswers: { readonly [Name in ReasonName]: Extract<Answer, { reason: Name }> } = {
  ended: {
    ...common,
    reason: 'ended',
    status: 'failed',
    why: 'worker_lost',
    error: fault,
    reused: [{ step: 'build', run: runId('999'), attempt: 2, items: null }],
    hooks: [
      { hook: 'on_failure', action: 'notify', ofWorkspace: true, run: runId('1002'), status: 'succeeded', error: null },
    ],
  },
  steps_open: { ...common, step: null, reason: 'steps_open', underWay: 1, waiting: 1, ended: 0, total: 2 },
  paused: {
    ...common,
    step: null,
    reason: 'paused',
    since: at,
    pausedBy: 'ada',
    comment: 'Maintenance.',
    withParent: false,
    held: 1,
    underWay: 0,
    waiting: 1,
  },
  held: { ...common, reason: 'held', since: at },
  waiting_for_dependencies: {
    ...common,
    reason: 'waiting_for_dependencies',
    dependencies: [{ step: 'first', reason: 'running' }],
  },
  waiting_for_transition: { ...common, reason: 'waiting_for_transition', from: [{ step: 'first', reason: 'timer' }] },
  waiting_for_join: {
    ...common,
    reason: 'waiting_for_join',
    needed: 2,
    arrived: ['first'],
    missing: [{ step: 'second', reason: null }],
  },
  waiting_for_worker: {
    ...common,
    reason: 'waiting_for_worker',
    since: at,
    queue: 'default',
    capability: 'shell',
    labels: ['gpu'],
    ready: 1,
    connected: 1,
    matching: 0,
    busy: 0,
    stopping: 0,
    nearest: {
      worker: workerId('w1'),
      name: 'one',
      lacksQueue: false,
      lacksCapabilities: ['shell'],
      lacksLabels: ['gpu'],
    },
  },
  running: { ...common, reason: 'running', since: at, holder },
  worker_lost: { ...common, reason: 'worker_lost', since: null, reapedAt: at, holder: { ...holder, leaseUntil: null } },
  delay: { ...common, reason: 'delay', until: at },
  retry_backoff: { ...common, reason: 'retry_backoff', until: at, tries: 1, maxTries: 3, error: fault },
  timer: { ...common, reason: 'timer', since: at, until: at },
  waiting_for_people: {
    ...common,
    reason: 'waiting_for_people',
    since: at,
    prompt: 'Ship it?',
    approvers: { users: ['ada'], roles: ['release'] },
    quorum: 2,
    approved: ['ada'],
    escalatesAt: null,
    escalated: true,
    timesOutAt: at,
    onTimeout: 'skip',
  },
  waiting_for_event: {
    ...common,
    reason: 'waiting_for_event',
    since: at,
    type: 'order.paid',
    when: 'event.payload.n == 7',
    until: at,
    fault: { event: '3', message: 'There is no n.' },
  },
  child_run: { ...common, reason: 'child_run', since: at, child },
  items_open: {
    ...common,
    reason: 'items_open',
    total: 6,
    notStarted: 2,
    open: 2,
    succeeded: 1,
    failed: 1,
    cancelled: 0,
    concurrency: null,
    openByReason: { running: 2 },
  },
  waiting_for_items: { ...common, item: 5, reason: 'waiting_for_items', open: 2, concurrency: 2, ahead: 1 },
  cancelling: {
    ...common,
    reason: 'cancelling',
    why: 'cancel',
    since: at,
    requestedBy: 'ada',
    comment: null,
    forcedAt: at,
    holder,
    child,
  },
};

export const explanationOf = (
  run: Pick<Explanation, 'status' | 'workspace' | 'workflow'> & { id: Explanation['run'] },
) => ({
  run: run.id,
  workspace: run.workspace,
  workflow: run.workflow,
  status: run.status,
  at,
  answers: Object.values(sampleAnswers),
  more: 0,
});

/** An approval with everything that one may have. */
export const sampleApproval: OpenApproval = {
  run: runId('1000'),
  workspace: 'shop',
  workflow: 'release',
  step: 'build',
  item: -1,
  iteration: 0,
  attempt: 1,
  since: at,
  prompt: 'Ship it?',
  form: { type: 'object', properties: { tag: { type: 'string' } } },
  approvers: { users: ['ada', 'bob'], roles: ['release'] },
  quorum: 2,
  answers: [{ by: 'ada', at, decision: 'approve', values: { tag: 'v1' }, comment: 'Fine.' }],
  escalatesAt: at,
  escalated: false,
  timesOutAt: null,
  onTimeout: 'fail',
};

export const sampleEvent: StoredEvent = {
  id: eventId('311'),
  workspace: 'shop',
  type: 'order.paid',
  payload: { order: 7 },
  source: { type: 'api' },
  key: 'k',
  at,
};
