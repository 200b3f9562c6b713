import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** What `--json` prints of an answer: one line. */
export function printJson(answer: object): ExitCode {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return exitCodes.ok;
}
