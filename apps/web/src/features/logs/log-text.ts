// The bytes of one attempt's log, with an index of its lines. A record is `TIME STREAM F|P TEXT`; `P` says that the line goes on in the next
// record. An index entry costs four bytes, so a million lines cost four megabytes beside their text.

const newline = 10;
const space = 32;
const partial = 80;

export type ParsedLine = Readonly<{ at: string; stream: string; text: string }>;

export class LogText {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  #starts = new Uint32Array(1024);
  #lines = 0;
  /** Where the next record begins that is not looked at yet, and whether it begins a line. */
  #scanned = 0;
  #atLineStart = true;

  get lines(): number {
    return this.#lines;
  }

  /** Bytes may end in the middle of a record; the rest comes with the next call. */
  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#scan();
  }

  #scan(): void {
    for (;;) {
      const end = this.#bytes.indexOf(newline, this.#scanned);
      if (end < 0 || end >= this.#length) return;
      if (this.#atLineStart) this.#addLine(this.#scanned);
      const flag = this.#bytes.indexOf(space, this.#bytes.indexOf(space, this.#scanned) + 1) + 1;
      this.#atLineStart = this.#bytes[flag] !== partial;
      this.#scanned = end + 1;
    }
  }

  #addLine(start: number): void {
    if (this.#lines === this.#starts.length) {
      const larger = new Uint32Array(this.#starts.length * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.#lines] = start;
    this.#lines += 1;
  }

  /** Lines from `from` up to, and without, `to`. */
  read(from: number, to: number): ParsedLine[] {
    const last = Math.min(to, this.#lines);
    const parsed: ParsedLine[] = [];
    for (let line = from; line < last; line += 1) parsed.push(parseLine(this.#textOf(line, line + 1)));
    return parsed;
  }

  /** The numbers of the lines from `from` on, up to `to`, that contain `text` (in lower case), whatever their case. */
  search(text: string, from: number, to: number): number[] {
    const last = Math.min(to, this.#lines);
    const whole = this.#textOf(from, last).toLowerCase();
    if (!whole.includes(text)) return [];
    const found: number[] = [];
    for (let line = from; line < last; line += 1) {
      if (
        parseLine(this.#textOf(line, line + 1))
          .text.toLowerCase()
          .includes(text)
      )
        found.push(line);
    }
    return found;
  }

  #textOf(from: number, to: number): string {
    const end = to < this.#lines ? (this.#starts[to] ?? this.#scanned) : this.#scanned;
    return decoder.decode(this.#bytes.subarray(this.#starts[from] ?? 0, end));
  }
}

const decoder = new TextDecoder();

/** One line, of one record or several. */
function parseLine(records: string): ParsedLine {
  let [at, stream, text] = ['', '', ''];
  for (const record of records.split('\n')) {
    if (record === '') continue;
    const first = record.indexOf(' ');
    const second = record.indexOf(' ', first + 1);
    if (at === '') {
      at = record.slice(0, first);
      stream = record.slice(first + 1, second);
    }
    text += record.slice(second + 3);
  }
  return { at, stream, text };
}
