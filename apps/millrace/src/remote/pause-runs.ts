import { ApiError, type Client } from '@millrace/client';
import type { RunPauseOptions } from '../commands/run-pause.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOf, reportError, toldError } from '../terminal/report-error.ts';
import { caller } from './caller.ts';
import { connect } from './connect.ts';

type Turned = Readonly<{ id: string; status: string }>;

export function pauseRuns(ids: readonly string[], options: RunPauseOptions): Promise<ExitCode> {
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  return turnEach(ids, options, 'is paused. What workers hold goes on.', (client, id) =>
    client.runs.pause(id, { by: caller(options), ...reason }),
  );
}

export function resumeRuns(ids: readonly string[], options: RunPauseOptions): Promise<ExitCode> {
  return turnEach(ids, options, 'goes on.', (client, id) => client.runs.resume(id, { by: caller(options) }));
}

type Told = Turned | Readonly<{ id: string; error: Failure }>;
type Failure = ReturnType<typeof toldError>;

/** One after the other; one that is refused is told and does not keep the others from their turn. */
async function turnEach(
  ids: readonly string[],
  options: RunPauseOptions,
  told: string,
  turn: (client: Client, id: string) => Promise<Turned>,
): Promise<ExitCode> {
  const { client } = connect(options);
  const json = options.json === true;
  const runs: Told[] = [];
  const codes: ExitCode[] = [];
  for (const id of ids) {
    try {
      runs.push(await turn(client, id));
      if (!json) process.stdout.write(`Run ${id} ${told}\n`);
    } catch (error) {
      // Without a server the others would only say the same.
      if (!(error instanceof ApiError) || error.retryable) throw error;
      runs.push({ id, error: toldError(error) });
      codes.push(json ? exitCodeOf(error.code) : reportError(error, { json }));
    }
  }
  if (json) {
    const failed = runs.find((run) => 'error' in run);
    process.stdout.write(`${JSON.stringify({ runs, ...(failed === undefined ? {} : { error: failed.error }) })}\n`);
  }
  const [first = exitCodes.ok] = codes;
  return ids.length > 1 && codes.length > 0 ? exitCodes.failed : first;
}
