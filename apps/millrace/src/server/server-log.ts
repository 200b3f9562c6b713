import { MillraceError } from '@millrace/core';
import { type Logger, pino } from 'pino';
import { styleOf } from '../terminal/style.ts';

/** One JSON document for each line on stdout, for whatever gathers logs. */
export function createJsonLog(level: string): Logger {
  return pino({ level, timestamp: pino.stdTimeFunctions.isoTime });
}

/** Short lines on stderr for the person in front of the terminal. */
export function createTerminalLog(level: string): Logger {
  const style = styleOf(process.stderr);
  return pino(
    { level },
    {
      write(line: string) {
        const { level: number, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
        const word =
          Number(number) >= 50
            ? style.red('error')
            : Number(number) >= 40
              ? style.yellow('warning')
              : style.dim('info');
        const { time: _time, pid: _pid, hostname: _hostname, ...details } = rest;
        const more = Object.keys(details).length === 0 ? '' : ` ${style.dim(JSON.stringify(details))}`;
        const cause = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : '';
        process.stderr.write(`${word} ${String(msg ?? '')}${cause}${more}\n`);
      },
    },
  );
}

/** Failures that the server survives. What is expected to pass (a database that is away) is a warning. */
export function reportTo(log: Logger): (error: unknown, where: string) => void {
  return (error, where) => {
    const passing = error instanceof MillraceError && error.retryable;
    log[passing ? 'warn' : 'error']({ err: error, where }, `failed: ${where}`);
  };
}
