import { isoTime, type LogLine } from '@millrace/api';
import { type LogLine as LogRecord, type LogStream, parseLogLine } from '@millrace/core';
import type { LogRef } from '@millrace/engine';
import { logLabel } from './log-label.ts';

export type LogFormat = 'text' | 'json' | 'raw';

/** Turns the stored records of one log into an output format, chunk by chunk. A chunk ends at the end of a record. */
export type LogFormatter = Readonly<{
  /** `offset`: of the chunk's first byte. */
  chunk(data: Uint8Array, offset: number): Uint8Array | string;
  /** What is left of a line whose end was not read. */
  end(): string;
}>;

/** Parts of one line are joined up to this length; a longer line is given in pieces. */
const maxJoined = 1024 * 1024;

type Open = { text: string; at: number; nextOffset: number };

export function createLogFormatter(format: LogFormat, ref: LogRef, labelled: boolean): LogFormatter {
  if (format === 'raw') return { chunk: (data) => data, end: () => '' };
  const open = new Map<LogStream, Open>();
  const line = format === 'json' ? jsonLine(ref) : textLine(labelled ? `${logLabel(ref)} | ` : '');

  function add(record: LogRecord, nextOffset: number): string {
    const before = open.get(record.stream);
    const text = before === undefined ? record.text : before.text + record.text;
    const at = before?.at ?? record.at;
    if (record.full || text.length >= maxJoined) {
      if (before !== undefined) open.delete(record.stream);
      return line(record.stream, at, text, nextOffset);
    }
    open.set(record.stream, { text, at, nextOffset });
    return '';
  }

  return {
    chunk(data, offset) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      let out = '';
      let start = 0;
      while (start < bytes.length) {
        const found = bytes.indexOf(10, start);
        const end = found === -1 ? bytes.length : found;
        const next = Math.min(end + 1, bytes.length);
        out += add(parseLogLine(bytes.toString('utf8', start, end)), offset + next);
        start = next;
      }
      return out;
    },
    end() {
      const rest = [...open].map(([stream, { text, at, nextOffset }]) => line(stream, at, text, nextOffset)).join('');
      open.clear();
      return rest;
    },
  };
}

type LineWriter = (stream: LogStream, at: number, text: string, nextOffset: number) => string;

const textLine =
  (prefix: string): LineWriter =>
  (_stream, _at, text) =>
    `${prefix}${text}\n`;

const jsonLine =
  ({ step, item, iteration, attempt }: LogRef): LineWriter =>
  (stream, at, text, next_offset) => {
    const line: LogLine = { at: isoTime(at), stream, step, item, iteration, attempt, text, next_offset };
    return `${JSON.stringify(line)}\n`;
  };
