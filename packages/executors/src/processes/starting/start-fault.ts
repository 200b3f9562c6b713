import { StepFault } from '../../attempt-results.ts';
import { LostProcess, NotPrepared } from './process-starter.ts';

/** What a step is told whose process could not be started, or was lost. */
export function startFault(program: string, cause: unknown): StepFault {
  if (cause instanceof LostProcess) {
    return new StepFault(
      {
        code: 'process_lost',
        message: `The helper process that started ${program} ended before it, so nobody knows how the step ended; what was left of it was killed.`,
        hint: 'Something killed the helper: the system when memory is short, or a step (`pkill perl`, `kill -9 -1`).',
        retryable: true,
      },
      cause,
    );
  }
  if (cause instanceof NotPrepared) return notPrepared(cause);
  const { code = 'unknown', message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'E2BIG':
      return new StepFault(
        {
          code: 'arguments_too_large',
          message: `${program} could not be started: its arguments and environment are larger than the system allows.`,
          hint: 'Pass big values through the input file (MILLRACE_INPUT) or standard input.',
          retryable: false,
        },
        cause,
      );
    case 'ENOENT':
    case 'ENOEXEC':
      return new StepFault(
        {
          code: 'program_missing',
          message: `${program} could not be started (${code}): the interpreter that its first line names does not exist, or the file is no program.`,
          hint: 'Check the `#!` line of the file (also for a carriage return at its end), or name the interpreter.',
          retryable: false,
        },
        cause,
      );
    case 'EACCES':
      return new StepFault(
        {
          code: 'not_executable',
          message: `${program} could not be started: permission denied.`,
          hint: 'Make it executable (chmod +x) and check that its file system is not mounted with noexec.',
          retryable: false,
        },
        cause,
      );
    default:
      return new StepFault(
        {
          code: 'process_not_started',
          message: `${program} could not be started: ${message}.`,
          hint: "EAGAIN and ENOMEM mean that the machine is out of processes or memory: lower the worker's slots.",
          details: { reason: code },
        },
        cause,
      );
  }
}

function notPrepared(cause: NotPrepared): StepFault {
  const { code = 'unknown' } = (cause.cause ?? {}) as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new StepFault(
    {
      code: full ? 'worker_disk_full' : 'folder_unavailable',
      message: `The folder of the step could not be made ready: ${cause.message}.`,
      hint: full
        ? "Make room on the disk of the worker's folder."
        : "Is the worker's folder still there, and writable?",
      details: { reason: code },
    },
    cause,
  );
}
