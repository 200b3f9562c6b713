import {
  type Assignment,
  type AttemptResult,
  type Fault,
  type LocalRunAssignment,
  MillraceError,
} from '@millrace/core';
import type { StopReason } from '@millrace/executors';
import { minSecretLength } from '../secrets/secret-forms.ts';

const failed = (error: Fault, durationMs = 0): AttemptResult => ({ status: 'failed', error, durationMs });

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export const noExecutorFault = (assignment: Assignment, have: readonly string[]): AttemptResult =>
  failed({
    code: 'no_executor',
    message: `This worker cannot execute actions of type ${assignment.body.type}; it has: ${have.join(', ') || 'nothing'}.`,
    hint: 'Start a worker with that capability, or check the labels and queue of the step.',
    retryable: false,
  });

export const noApiFault = ({ stepName }: Assignment): AttemptResult =>
  failed({
    code: 'api_unavailable',
    message: `Step ${stepName} may call the API, but there is no server here that would know its token.`,
    hint: 'Run it by `millrace dev`, or on a worker that joined (millrace worker join-token create) or has the shared token.',
    retryable: false,
  });

export const internalFault = (assignment: Assignment, cause: unknown): AttemptResult =>
  failed({
    code: 'internal',
    message: `Executing step ${assignment.stepName} failed inside the worker: ${textOf(cause)}`,
    hint: "This is a bug in Millrace; the worker's own log has the details.",
  });

/** The folder of an attempt or a local run, or the workspace's files could not be made ready. */
export function notPreparedFault(
  { what, workspace, revision }: Readonly<{ what: string; workspace: string; revision: string }>,
  cause: unknown,
  startedAt: number,
): AttemptResult {
  const { code } = cause as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return failed(
    {
      code: full ? 'worker_disk_full' : 'files_unavailable',
      message: `The work folder of ${what} could not be made ready: ${textOf(cause)}`,
      hint: full
        ? "Make room on the disk of the worker's folder."
        : `It needs the files of workspace ${workspace} at revision ${revision}.`,
      ...(cause instanceof MillraceError ? { retryable: cause.retryable } : {}),
    },
    elapsedMs(startedAt),
  );
}

/** The secrets of an attempt could not be had. */
export function noSecretsFault(assignment: Assignment, cause: unknown, startedAt: number): AttemptResult {
  const durationMs = elapsedMs(startedAt);
  if (cause instanceof MillraceError) {
    const { code, message, hint, retryable } = cause;
    return failed({ code, message, ...(hint === undefined ? {} : { hint }), retryable }, durationMs);
  }
  const message = `The secrets of step ${assignment.stepName} could not be had: ${textOf(cause)}`;
  return failed({ code: 'secrets_unavailable', message }, durationMs);
}

export const tooShortFault = (name: string, startedAt: number): AttemptResult =>
  failed(
    {
      code: 'secret_too_short',
      message: `The secret ${name} has fewer than ${minSecretLength} characters, so it could not be masked in logs.`,
      hint: 'Set a longer value; what is that short is hardly a secret.',
      retryable: false,
    },
    elapsedMs(startedAt),
  );

export const noFieldsFault = (name: string, startedAt: number): AttemptResult =>
  failed(
    {
      code: 'secret_without_fields',
      message: `A field of the secret ${name} is read, but its value is no JSON object.`,
      hint: `Set it to one ({"user": …, "password": …}), or read it as a whole: {{ secrets.${name} }}.`,
      retryable: false,
    },
    elapsedMs(startedAt),
  );

/** A text that reads secrets could not be rendered. */
export const wrongTemplate = (fault: Fault, startedAt: number): AttemptResult => failed(fault, elapsedMs(startedAt));

const elapsedMs = (startedAt: number): number => Math.round(performance.now() - startedAt);

/**
 * The step ended, but its log could not be stored. It fails, since a success whose record is missing is none that anybody
 * can check; it is not retried by itself, since the body has run and its effects stand.
 */
export function logStoreFault(assignment: Assignment, result: AttemptResult, cause: unknown): AttemptResult {
  if (result.status === 'cancelled') return result;
  return {
    status: 'failed',
    durationMs: result.durationMs,
    error: {
      code: 'log_store_failed',
      message: `Step ${assignment.stepName} ${result.status === 'succeeded' ? 'succeeded' : 'ended'}, but its log could not be stored: ${textOf(cause)}`,
      hint: 'Make room in (or repair) the blob store of the server; then decide whether the step must run again.',
      details: {
        attempt_status: result.status,
        ...(cause instanceof MillraceError ? { cause: cause.code } : {}),
        ...(result.status === 'succeeded' ? {} : { attempt_error: result.error.message }),
      },
      retryable: false,
    },
  };
}

/** A local run that was stopped as a whole: before it began, or with this worker. */
export function stoppedRun({ kind }: StopReason, { origin }: LocalRunAssignment): AttemptResult {
  if (kind === 'worker_stopping') {
    const message = `The worker was stopped while it carried out workflow ${origin.workflow}.`;
    return failed({ code: 'worker_stopped', message, retryable: true });
  }
  const message = `Workflow ${origin.workflow} was stopped before it began.`;
  return { status: 'cancelled', error: { code: 'cancelled', message }, durationMs: 0 };
}
