// Turns the bytes of an attempt's streams into records of the log format. Every byte of a log goes through here, so what is
// done for each line, and how often a byte is copied, decides how fast logs are.
//
//   bytes ─ up to their last line end ─▶ one text of which each character is a byte ─ one replacement puts the head of a
//     │                                  record in front of every line ─▶ bytes
//     └ what follows waits for its line end; of more than `maxLogTextBytes`, parts go ahead
//
// A line end is one byte that is part of no other character, so bytes are cut there before anything is decoded, and are
// never decoded at all unless some of them are not UTF-8.
import { isUtf8 } from 'node:buffer';
import { formatLogLine, type LogStream, maxLogTextBytes } from '@millrace/core';
import type { LogSink } from '@millrace/executors';

/** Where formatted records go: the shipper's line for one attempt. */
export type RecordSink = Readonly<{ append(records: Buffer): Promise<void> | undefined }>;

/** Bytes of a line that has no end yet. */
type Unfinished = { pieces: Buffer[]; bytes: number };

const lineEnd = 10;
const maxPieces = 64;

/**
 * Splits lines, splits long lines into parts of at most 16 KiB, and replaces bytes that are not UTF-8. After `limitBytes` of
 * records it writes one `system` record that says so and drops what follows; the process goes on and its pipes are still
 * read.
 */
export class AttemptLog implements LogSink {
  readonly #sink: RecordSink;
  readonly #limit: number;
  readonly #clock: () => number;
  readonly #unfinished = new Map<LogStream, Unfinished>();
  #bytes = 0;
  #full = false;

  constructor(sink: RecordSink, limitBytes: number, clock: () => number) {
    this.#sink = sink;
    this.#limit = limitBytes;
    this.#clock = clock;
  }

  /** Whether anything was written, so that an attempt without a log has nothing to wait for. */
  get used(): boolean {
    return this.#bytes > 0 || this.#unfinished.size > 0;
  }

  write(stream: LogStream, bytes: Uint8Array): Promise<void> | undefined {
    if (this.#full || bytes.length === 0) return undefined;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const unfinished = this.#unfinishedOf(stream);
    const end = chunk.lastIndexOf(lineEnd);
    if (end < 0) {
      keep(unfinished, chunk);
      return unfinished.bytes > maxLogTextBytes ? this.#appendParts(stream, unfinished) : undefined;
    }
    const lines = chunk.subarray(0, end);
    const whole = unfinished.bytes === 0 ? lines : Buffer.concat([...unfinished.pieces, lines]);
    unfinished.pieces = [];
    unfinished.bytes = 0;
    if (end + 1 < chunk.length) keep(unfinished, chunk.subarray(end + 1));
    const appended = this.#append(recordsOf(this.#clock(), stream, asCharacters(whole)));
    // What is behind the last line end may be a long line, too.
    return unfinished.bytes > maxLogTextBytes ? (this.#appendParts(stream, unfinished) ?? appended) : appended;
  }

  /** Writes lines that have no end yet; nothing follows. */
  end(): void {
    for (const [stream, { pieces, bytes }] of this.#unfinished) {
      if (bytes > 0) void this.#append(recordsOf(this.#clock(), stream, asCharacters(Buffer.concat(pieces))));
    }
    this.#unfinished.clear();
  }

  #unfinishedOf(stream: LogStream): Unfinished {
    const known = this.#unfinished.get(stream);
    if (known !== undefined) return known;
    const unfinished = { pieces: [], bytes: 0 };
    this.#unfinished.set(stream, unfinished);
    return unfinished;
  }

  /** Writes of a line without an end all but its last, at most `maxLogTextBytes` long, part. */
  #appendParts(stream: LogStream, unfinished: Unfinished): Promise<void> | undefined {
    const line = Buffer.concat(unfinished.pieces);
    let from = 0;
    while (line.length - from > maxLogTextBytes) from = partEnd(from, (index) => line[index] ?? 0);
    unfinished.pieces = [line.subarray(from)];
    unfinished.bytes = line.length - from;
    const head = headOf(this.#clock(), stream, false);
    return this.#append(partsOf(asCharacters(line.subarray(0, from)), head, head));
  }

  #append(records: string): Promise<void> | undefined {
    if (this.#full) return undefined;
    const bytes = Buffer.from(records, 'latin1');
    if (this.#bytes + bytes.length <= this.#limit) {
      this.#bytes += bytes.length;
      return this.#sink.append(bytes);
    }
    this.#full = true;
    const room = this.#limit - this.#bytes;
    const end = room <= 0 ? -1 : bytes.lastIndexOf(lineEnd, room - 1);
    const marker = formatLogLine({
      at: this.#clock(),
      stream: 'system',
      full: true,
      text: `The log reached its limit of ${this.#limit} bytes (limits.log_bytes); what follows is dropped.`,
    });
    const last = Buffer.concat([bytes.subarray(0, end + 1), Buffer.from(marker)]);
    this.#bytes += last.length;
    return this.#sink.append(last);
  }
}

function keep(unfinished: Unfinished, bytes: Buffer): void {
  unfinished.pieces.push(bytes);
  unfinished.bytes += bytes.length;
  // Of a program that writes byte by byte, the pieces would be larger than what is in them.
  if (unfinished.pieces.length > maxPieces) unfinished.pieces = [Buffer.concat(unfinished.pieces)];
}

/** Bytes as a text with one character for each; those that are not UTF-8 are replaced. */
const asCharacters = (bytes: Buffer): string =>
  (isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8'))).toString('latin1');

/** What stands in a record before the text of its line. */
const headOf = (at: number, stream: LogStream, full: boolean): string =>
  formatLogLine({ at, stream, full, text: '' }).slice(0, -1);

/** The records of whole lines; `text` has no line end after its last one. */
function recordsOf(at: number, stream: LogStream, text: string): string {
  const head = headOf(at, stream, true);
  if (!hasLongLine(text)) return `${head}${text.replace(/\n/g, `\n${head}`)}\n`;
  const partHead = headOf(at, stream, false);
  return text
    .split('\n')
    .map((line) => partsOf(line, partHead, head))
    .join('');
}

/** Looks at one line end in `maxLogTextBytes`, not at each. */
function hasLongLine(text: string): boolean {
  let from = 0;
  while (text.length - from > maxLogTextBytes) {
    const end = text.lastIndexOf('\n', from + maxLogTextBytes);
    if (end < from) return true;
    from = end + 1;
  }
  return false;
}

/** One line as one record or several. */
function partsOf(line: string, partHead: string, lastHead: string): string {
  let records = '';
  let from = 0;
  while (line.length - from > maxLogTextBytes) {
    const to = partEnd(from, (index) => line.charCodeAt(index));
    records += `${partHead}${line.slice(from, to)}\n`;
    from = to;
  }
  return `${records}${lastHead}${line.slice(from)}\n`;
}

/** Where a part ends that begins at `from`: not inside a character, which has at most three bytes behind its first. */
function partEnd(from: number, byteAt: (index: number) => number): number {
  const latest = from + maxLogTextBytes;
  for (let end = latest; end > latest - 4; end--) if ((byteAt(end) & 0xc0) !== 0x80) return end;
  return latest;
}
