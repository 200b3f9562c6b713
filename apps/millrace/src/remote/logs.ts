import type { LogLine } from '@millrace/api';
import type { RunLogsOptions } from '../commands/run-logs.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { printable } from '../terminal/style.ts';
import { connect } from './connect.ts';

/** `run logs`: all lines so far, or with `--follow` until the run has ended. */
export async function printLogs(id: string, options: RunLogsOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const choice = {
    ...(options.step === undefined ? {} : { step: options.step }),
    ...(options.item === undefined ? {} : { item: options.item }),
    ...(options.attempt === undefined ? {} : { attempt: options.attempt }),
  };
  const json = options.json === true;
  if (options.follow !== true) {
    const { text } = await client.runs.readLogs(id, { ...choice, format: json ? 'json' : 'text' });
    await write(process.stdout.isTTY && !json ? printable(text) : text);
    return exitCodes.ok;
  }
  const stop = listenForStop();
  try {
    for await (const line of client.runs.followLogs(id, choice, { signal: stop.signal })) {
      await write(json ? `${JSON.stringify(line)}\n` : `${labelled(line, options.step === undefined)}\n`);
    }
    return stop.signal.aborted ? 130 : exitCodes.ok;
  } finally {
    stop.release();
  }
}

/** A log's name as the server gives it: `build`, `test[3]`, `build #2` (second attempt), `poll ~4` (fifth iteration). */
export function logLabel(line: Pick<LogLine, 'step' | 'item' | 'iteration' | 'attempt'>): string {
  const { step, item, iteration, attempt } = line;
  return `${step}${item < 0 ? '' : `[${item}]`}${iteration === 0 ? '' : ` ~${iteration}`}${attempt <= 1 ? '' : ` #${attempt}`}`;
}

function labelled(line: LogLine, withName: boolean): string {
  const text = process.stdout.isTTY ? printable(line.text) : line.text;
  return withName ? `${logLabel(line)} | ${text}` : text;
}

/** Waits for a slow reader, so that a long log does not pile up in memory. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
