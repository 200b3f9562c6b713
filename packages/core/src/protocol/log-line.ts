// The log format: that of the Kubernetes container runtime interface (CRI), so that common tools read the raw files.
//
//   2026-11-21T09:30:00.123Z stdout F the text of the line
//   2026-11-21T09:30:00.123Z stderr P the first part of a very long line
//
// F: the line is full. P: it goes on in the next record of the same stream. `system` records are Millrace's own remarks.

export type LogStream = 'stdout' | 'stderr' | 'system';
export type LogLine = Readonly<{ at: number; stream: LogStream; full: boolean; text: string }>;

/** The longest text of one record, in bytes; longer lines are split into records. */
export const maxLogTextBytes = 16 * 1024;

export function formatLogLine(line: LogLine): string {
  return `${new Date(line.at).toISOString()} ${line.stream} ${line.full ? 'F' : 'P'} ${line.text}\n`;
}

/** Reads one record, without its line feed. Text that is not in the format is taken as a full stdout line at time 0. */
export function parseLogLine(record: string): LogLine {
  const first = record.indexOf(' ');
  const second = record.indexOf(' ', first + 1);
  const stream = record.slice(first + 1, second);
  const at = Date.parse(record.slice(0, first));
  if ((stream === 'stdout' || stream === 'stderr' || stream === 'system') && !Number.isNaN(at)) {
    return { at, stream, full: record[second + 1] !== 'P', text: record.slice(second + 3) };
  }
  return { at: 0, stream: 'stdout', full: true, text: record };
}
