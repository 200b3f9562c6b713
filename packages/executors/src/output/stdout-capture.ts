const prefix = Buffer.from('OUTPUT:');
const newline = 10;

export type Captured = Readonly<{
  /** The text after the last `OUTPUT:` at the start of a line; null when there was none. */
  line: string | null;
  /** How many bytes that line has, when it is longer than the limit (then `line` is null). */
  oversizedLineBytes: number | null;
  /** All of stdout, when that was asked for and is within the limit. */
  whole: Buffer | null;
  totalBytes: number;
}>;

/**
 * Watches a step's stdout for `OUTPUT:` lines, and keeps all of it when `keepWhole`. Chunks may cut lines anywhere. Only
 * what may become the output is kept, at most `limitBytes` of each kind.
 */
export class StdoutCapture {
  readonly #limit: number;
  readonly #keepWhole: boolean;
  #whole: Buffer[] = [];
  #total = 0;
  /** Bytes of the current line that match the beginning of the prefix; -1: this line is none. */
  #matched = 0;
  #line: Buffer[] | null = null;
  #lineBytes = 0;
  #last: string | null = null;
  #oversized: number | null = null;

  constructor(limitBytes: number, keepWhole: boolean) {
    this.#limit = limitBytes;
    this.#keepWhole = keepWhole;
  }

  write(chunk: Buffer): void {
    this.#total += chunk.length;
    if (this.#keepWhole && this.#total <= this.#limit) this.#whole.push(chunk);
    else if (this.#keepWhole) this.#whole = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#line !== null) at = this.#continueLine(chunk, at);
      else if (this.#matched < 0) at = this.#skipLine(chunk, at);
      else at = this.#matchPrefix(chunk, at);
    }
  }

  end(): Captured {
    if (this.#line !== null) this.#finishLine();
    return {
      line: this.#last,
      oversizedLineBytes: this.#oversized,
      whole: this.#keepWhole && this.#total <= this.#limit ? Buffer.concat(this.#whole) : null,
      totalBytes: this.#total,
    };
  }

  #matchPrefix(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.#matched < prefix.length && chunk[at] === prefix[this.#matched]) {
      at++;
      this.#matched++;
    }
    if (this.#matched === prefix.length) {
      this.#line = [];
      this.#lineBytes = 0;
    } else if (at < chunk.length) {
      this.#matched = -1;
    }
    return at;
  }

  #skipLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(newline, from);
    if (end < 0) return chunk.length;
    this.#matched = 0;
    return end + 1;
  }

  #continueLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(newline, from);
    const to = end < 0 ? chunk.length : end;
    this.#lineBytes += to - from;
    if (this.#lineBytes <= this.#limit) this.#line?.push(chunk.subarray(from, to));
    else this.#line = [];
    if (end < 0) return chunk.length;
    this.#finishLine();
    return end + 1;
  }

  #finishLine(): void {
    const fits = this.#lineBytes <= this.#limit;
    this.#last = fits ? Buffer.concat(this.#line ?? []).toString('utf8') : null;
    this.#oversized = fits ? null : this.#lineBytes;
    this.#line = null;
    this.#matched = 0;
  }
}
