import type { Run } from '@millrace/api';
import type { Client } from '@millrace/client';
import type { StayOptions } from '../commands/run-rerun.ts';
import { type ExitCode, exitCodeOfRun } from '../exit-codes.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { createProgressView } from '../terminal/progress-view.ts';
import { isLive, styleOf } from '../terminal/style.ts';
import { followRun } from './follow-run.ts';
import { describeRun } from './show-run.ts';
import { waitForEnd } from './wait-for-end.ts';

/** Waits for the end of a run that was just started; with `--follow` shows its steps and logs meanwhile. */
export async function stayUntilEnd(client: Client, id: string, options: StayOptions): Promise<ExitCode> {
  const quiet = options.quiet === true;
  const json = options.json === true;
  const stop = listenForStop();
  const view = createProgressView(process.stderr, {
    style: styleOf(process.stderr),
    live: !json && !quiet && isLive(process.stderr),
    showLogs: !quiet,
  });
  let run: Run;
  try {
    if (!quiet && !json) process.stderr.write(`Run ${id}\n`);
    const shown = options.follow === true && !quiet;
    run = shown
      ? await followRun(client, id, view, stop.signal)
      : await waitForEnd(client, id, stop.signal, (error) => view.log('millrace', `${error.message} Waiting for it.`));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write(
      `The run goes on. Its logs: millrace run logs ${id} -f; to end it: millrace run cancel ${id}\n`,
    );
    return 130;
  } finally {
    view.end();
    stop.release();
  }
  process.stdout.write(json ? `${JSON.stringify(run)}\n` : describeRun(run, styleOf(process.stdout)));
  return exitCodeOfRun(run.status);
}
