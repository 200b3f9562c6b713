import { MillraceError } from '@millrace/core';
import { type ExitCode, exitCodeOfError, exitCodes } from '../exit-codes.ts';
import { styleOf } from './style.ts';

/**
 * Tells that a command failed: as `{"error": …}` on stdout for scripts, else for people on stderr. What is no
 * `MillraceError` is a bug of Millrace, so it shows where it came from.
 */
export function reportError(error: unknown, options: Readonly<{ json: boolean }>): ExitCode {
  const known = error instanceof MillraceError;
  const message = error instanceof Error ? error.message : String(error);
  if (options.json) {
    const hint = known ? (error.hint ?? null) : null;
    const details = known && error.details !== undefined ? { details: error.details } : {};
    process.stdout.write(
      `${JSON.stringify({ error: { code: known ? error.code : 'internal', message, hint, ...details } })}\n`,
    );
  } else {
    process.stderr.write(describe(error, message));
  }
  return known ? exitCodeOfError(error.code) : exitCodes.failed;
}

function describe(error: unknown, message: string): string {
  const style = styleOf(process.stderr);
  if (!(error instanceof MillraceError)) {
    const where = error instanceof Error && error.stack !== undefined ? error.stack : message;
    return `${style.red('error')} This is a bug of Millrace; please report it with these lines.\n${where}\n`;
  }
  const lines = [`${style.red('error')} ${message} ${style.dim(`[${error.code}]`)}`];
  for (const problem of problemsOf(error)) lines.push(`  ${problem}`);
  if (error.hint !== undefined) lines.push(`  ${style.cyan('hint:')} ${error.hint}`);
  return `${lines.join('\n')}\n`;
}

/** Invalid input carries one problem for each value: `{path, expected, actual, message}`. */
function problemsOf(error: MillraceError): string[] {
  const problems = error.details?.problems;
  if (!Array.isArray(problems)) return [];
  return problems.flatMap((problem: unknown) => {
    if (typeof problem !== 'object' || problem === null || !('message' in problem)) return [];
    const path =
      'path' in problem && typeof problem.path === 'string' && problem.path !== '' ? `${problem.path}: ` : '';
    return [`${path}${String(problem.message)}`];
  });
}
