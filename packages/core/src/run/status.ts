export const runStatuses = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled', 'timed_out'] as const;
export type RunStatus = (typeof runStatuses)[number];
export type RunEndStatus = Extract<RunStatus, 'succeeded' | 'failed' | 'cancelled' | 'timed_out'>;

export const stepStatuses = [
  'pending',
  'ready',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
] as const;
export type StepStatus = (typeof stepStatuses)[number];
export type StepEndStatus = Extract<StepStatus, 'succeeded' | 'failed' | 'timed_out' | 'cancelled' | 'skipped'>;

/** Why a step has its status, where the status alone does not say it. */
export type StepReason =
  | 'condition_false'
  | 'upstream_failed'
  | 'upstream_skipped'
  | 'not_reached'
  | 'run_cancelled'
  | 'fail_fast'
  | 'run_timed_out'
  | 'run_succeeded'
  | 'run_failed'
  | 'item_failed'
  /** Its output was in the cache. */
  | 'cached'
  /** Taken over from the run that this one is a re-run of. */
  | 'reused'
  | 'worker_lost'
  | 'attempt_timed_out'
  | 'step_timed_out'
  | 'queue_timed_out'
  | 'approval_timed_out'
  | 'event_timed_out'
  | 'limit_full'
  | 'limit_superseded';

export const isRunEnd = (status: RunStatus): status is RunEndStatus =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled' || status === 'timed_out';

export const isStepEnd = (status: StepStatus): status is StepEndStatus =>
  status === 'succeeded' ||
  status === 'failed' ||
  status === 'timed_out' ||
  status === 'cancelled' ||
  status === 'skipped';
