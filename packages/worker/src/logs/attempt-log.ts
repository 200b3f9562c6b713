import { StringDecoder } from 'node:string_decoder';
import { formatLogLine, type LogStream, maxLogTextBytes } from '@millrace/core';
import type { LogSink } from '@millrace/executors';

/** Where formatted records go: the shipper's line for one attempt. */
export type RecordSink = Readonly<{ append(records: Buffer): Promise<void> | undefined }>;

/** A string of this many UTF-16 units has at most `maxLogTextBytes` bytes in UTF-8. */
const safeLength = Math.floor(maxLogTextBytes / 3);

type Partial = { readonly decoder: StringDecoder; text: string };

/**
 * Turns the bytes of an attempt's streams into records of the log format: splits lines, splits long lines into parts of
 * at most 16 KiB, and replaces bytes that are not UTF-8. After `limitBytes` of records it writes one `system` record that
 * says so and drops what follows; the process goes on and its pipes are still read.
 */
export class AttemptLog implements LogSink {
  readonly #sink: RecordSink;
  readonly #limit: number;
  readonly #clock: () => number;
  readonly #partials = new Map<LogStream, Partial>();
  #bytes = 0;
  #full = false;

  constructor(sink: RecordSink, limitBytes: number, clock: () => number) {
    this.#sink = sink;
    this.#limit = limitBytes;
    this.#clock = clock;
  }

  /** Whether anything was written, so that an attempt without a log has nothing to wait for. */
  get used(): boolean {
    return this.#bytes > 0 || this.#partials.size > 0;
  }

  write(stream: LogStream, bytes: Uint8Array): Promise<void> | undefined {
    if (this.#full) return undefined;
    const partial = this.#partialOf(stream);
    const text = partial.text + partial.decoder.write(bytes as Buffer);
    const at = this.#clock();
    let records = '';
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      records += this.#line(at, stream, text.slice(from, end), true);
      from = end + 1;
    }
    let rest = from === 0 ? text : text.slice(from);
    if (rest.length > safeLength) {
      const cut = rest.length - (rest.length % safeLength);
      const whole = isHighSurrogate(rest, cut - 1) ? cut - 1 : cut;
      records += this.#line(at, stream, rest.slice(0, whole), false);
      rest = rest.slice(whole);
    }
    partial.text = rest;
    return records === '' ? undefined : this.#append(records);
  }

  /** Writes lines that have no end yet; nothing follows. */
  end(): void {
    for (const [stream, { decoder, text }] of this.#partials) {
      const rest = text + decoder.end();
      if (rest !== '') void this.#append(this.#line(this.#clock(), stream, rest, true));
    }
    this.#partials.clear();
  }

  #partialOf(stream: LogStream): Partial {
    const known = this.#partials.get(stream);
    if (known !== undefined) return known;
    const partial = { decoder: new StringDecoder('utf8'), text: '' };
    this.#partials.set(stream, partial);
    return partial;
  }

  /** One line as records; `full` says whether the line ends with it. */
  #line(at: number, stream: LogStream, text: string, full: boolean): string {
    if (text.length <= safeLength) return formatLogLine({ at, stream, full, text });
    let records = '';
    let from = 0;
    while (text.length - from > safeLength) {
      const to = isHighSurrogate(text, from + safeLength - 1) ? from + safeLength - 1 : from + safeLength;
      records += formatLogLine({ at, stream, full: false, text: text.slice(from, to) });
      from = to;
    }
    return records + formatLogLine({ at, stream, full, text: text.slice(from) });
  }

  #append(records: string): Promise<void> | undefined {
    const bytes = Buffer.from(records);
    if (this.#bytes + bytes.length <= this.#limit) {
      this.#bytes += bytes.length;
      return this.#sink.append(bytes);
    }
    this.#full = true;
    const room = this.#limit - this.#bytes;
    const end = room <= 0 ? -1 : bytes.lastIndexOf(10, room - 1);
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

const isHighSurrogate = (text: string, index: number): boolean => {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
};
