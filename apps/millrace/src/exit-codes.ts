import { type ErrorCode, errorCatalogue } from '@millrace/core';

/** What the exit code of every command means. Scripts rely on it; `--help` and the guide print this list. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  invalid: 2,
  cancelled: 3,
  unavailable: 4,
  changes: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes] | 130;

export const exitCodeHelp = `Exit codes:
  0    success; with a run: it succeeded
  1    the run failed or timed out, or the command failed
  2    invalid: definition, input, arguments, or a name that does not exist (nothing was run)
  3    the run was cancelled
  4    the server, database or disk cannot be used (try again later)
  5    there are differences (workspace plan, workspace drift)
  130  ended at once by a second Ctrl-C`;

/** What was asked for is valid, and cannot be done as things are. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'conflict',
  'run_ended',
  'approval_ended',
  'run_paused',
  'run_not_paused',
  'run_stopping',
  'folder_in_use',
]);

export function exitCodeOfError(code: ErrorCode): ExitCode {
  if (code === 'configuration') return exitCodes.invalid;
  if (refusals.has(code)) return exitCodes.failed;
  const { status } = errorCatalogue[code];
  return status >= 500 ? exitCodes.unavailable : exitCodes.invalid;
}

export function exitCodeOfRun(status: string): ExitCode {
  if (status === 'succeeded') return exitCodes.ok;
  return status === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
}
