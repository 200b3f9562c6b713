import { type ErrorCode, errorCatalogue } from '@millrace/core';
import { type ExitCode, exitCodeOfError, exitCodes } from '../exit-codes.ts';
import { printable, styleOf } from './style.ts';

/** A failure that somebody foresaw: a `MillraceError` of this process, or an `ApiError` of a server. */
type Foreseen = Error & Readonly<{ code: string; hint?: string | null; details?: unknown }>;

/**
 * Tells that a command failed: as `{"error": …}` on stdout for scripts, else for people on stderr. Whatever was not
 * foreseen is a bug of Millrace, so it shows where it came from.
 */
export function reportError(error: unknown, options: Readonly<{ json: boolean }>): ExitCode {
  const foreseen = isForeseen(error) ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  if (options.json) {
    const told = foreseen === null ? { code: 'internal', message, hint: null } : toldError(foreseen);
    process.stdout.write(`${JSON.stringify({ error: told })}\n`);
  }
  if (foreseen === null) process.stderr.write(describeBug(error, message));
  else if (!options.json) process.stderr.write(describe(foreseen));
  return foreseen === null ? exitCodes.failed : exitCodeOf(foreseen.code);
}

/** A failure as scripts get it. */
export function toldError(error: Foreseen) {
  const { code, message, details } = error;
  const hint = hintOf(error);
  return { code, message, hint, ...(details === undefined || details === null ? {} : { details }) };
}

/** A server tells programs what to send; whoever types commands signs in. */
const hintOf = ({ name, code, hint }: Foreseen): string | null =>
  name === 'ApiError' && code === 'unauthorized'
    ? 'Sign in: millrace login. Or give an API key: --token, MILLRACE_TOKEN.'
    : (hint ?? null);

function isForeseen(error: unknown): error is Foreseen {
  return error instanceof Error && (error.name === 'MillraceError' || error.name === 'ApiError');
}

export function exitCodeOf(code: string): ExitCode {
  if (code === 'unreachable' || code === 'unexpected_answer') return exitCodes.unavailable;
  return code in errorCatalogue ? exitCodeOfError(code as ErrorCode) : exitCodes.failed;
}

function describe(error: Foreseen): string {
  const style = styleOf(process.stderr);
  const lines = [`${style.red('error')} ${printable(error.message)} ${style.dim(`[${error.code}]`)}`];
  for (const problem of problemsOf(error.details)) lines.push(`  ${printable(problem)}`);
  const hint = hintOf(error);
  if (hint !== null) lines.push(`  ${style.cyan('hint:')} ${printable(hint)}`);
  return `${lines.join('\n')}\n`;
}

function describeBug(error: unknown, message: string): string {
  const style = styleOf(process.stderr);
  const where = error instanceof Error && error.stack !== undefined ? error.stack : message;
  return `${style.red('error')} This is a bug of Millrace; please report it with these lines.\n${where}\n`;
}

/** Invalid input carries one problem for each value: `{path, expected, actual, message}`. */
function problemsOf(details: unknown): string[] {
  const problems = typeof details === 'object' && details !== null && 'problems' in details ? details.problems : null;
  if (!Array.isArray(problems)) return [];
  return problems.flatMap((problem: unknown) => {
    if (typeof problem !== 'object' || problem === null || !('message' in problem)) return [];
    return [String(problem.message)];
  });
}
