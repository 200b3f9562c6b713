import { StepFault } from '../attempt-results.ts';

const prefix = 'MILLRACE_SECRET_';

/**
 * A secret of the worker that the operator meant for steps: an environment variable with our prefix. Others are not read, so
 * that a workspace cannot have the worker send its own credentials somewhere.
 */
export function secretOf(name: string, key: string): string {
  const value = name.startsWith(prefix) ? process.env[name] : undefined;
  if (value !== undefined && value !== '') return value;
  const problem = name.startsWith(prefix) ? 'is not set on this worker' : `does not begin with ${prefix}`;
  throw new StepFault({
    code: 'secret_missing',
    message: `${key}: the environment variable ${name} ${problem}.`,
    hint: `Set ${name.startsWith(prefix) ? name : `${prefix}…`} for the processes that run steps, and name it here.`,
    retryable: false,
  });
}
