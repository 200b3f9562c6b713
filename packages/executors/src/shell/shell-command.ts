import { StepFault } from '../attempt-results.ts';
import type { Dialect } from './scan/scanner.ts';

/** A shell as a step names it: the program with its own options, and how its text is quoted (null: unknown). */
export type ShellCommand = Readonly<{ program: string; options: readonly string[]; dialect: Dialect | null }>;

const dialects: Readonly<Record<string, Dialect>> = {
  sh: 'posix',
  dash: 'posix',
  ash: 'posix',
  bash: 'bash',
  ksh: 'bash',
  mksh: 'bash',
  zsh: 'bash',
};

/**
 * Reads the `shell` of a body: a program and perhaps options (`bash -euo pipefail`). Default: `sh`.
 *
 * There is no hidden `-e`. A `cmd` means what `sh -c` gives it, so that a command line moves into a step unchanged and
 * files of other systems run as they do there; who wants to stop at the first error writes `set -e` or `shell: bash -e`.
 */
export function shellCommandOf(shell: string | undefined): ShellCommand {
  const [program = '', ...options] = (shell ?? 'sh').trim().split(/\s+/);
  if (program === '') {
    throw new StepFault({
      code: 'invalid_action',
      message: 'shell is empty; expected a program such as `sh` or `bash -eu`.',
      retryable: false,
    });
  }
  const baseName = program.slice(program.lastIndexOf('/') + 1);
  return { program, options, dialect: dialects[baseName] ?? null };
}
