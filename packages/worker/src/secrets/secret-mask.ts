// Hides secrets in whatever leaves a worker: logs, outputs, faults. Texts are searched as bytes (one character of a latin1
// string each), so that a stream that is cut anywhere, also inside a character, is searched as a whole one is.
//
//   stream   "… pass" "word …"      the end of a piece that may be the beginning of a secret waits for the next piece
//            "… "     "*** …"
import type { AttemptResult, Fault, Json, JsonObject } from '@millrace/core';
import { minSecretLength, secretForms } from './secret-forms.ts';

const mask = '***';

export class SecretMask {
  /** As bytes. */
  readonly #forms: readonly string[];

  constructor(secrets: Iterable<string>) {
    const forms = new Set([...secrets].flatMap(secretForms));
    this.#forms = [...forms].map((form) => Buffer.from(form).toString('latin1'));
  }

  text(text: string): string {
    const bytes = Buffer.from(text).toString('latin1');
    const found = this.#find(bytes);
    return found.length === 0 ? text : Buffer.from(hide(bytes, found), 'latin1').toString('utf8');
  }

  json(value: Json): Json {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.text(String(value)) === String(value) ? value : mask;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item: Json) => this.json(item));
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [this.text(key), this.json(field as Json)]));
  }

  result(result: AttemptResult): AttemptResult {
    return result.status === 'succeeded'
      ? { ...result, output: this.json(result.output) }
      : { ...result, error: this.#fault(result.error) };
  }

  stream(): MaskedStream {
    return new MaskedStream(
      (bytes) => this.#find(bytes),
      (bytes) => this.#beginning(bytes),
    );
  }

  #fault(fault: Fault): Fault {
    const { message, hint, details } = fault;
    return {
      ...fault,
      message: this.#edges(this.text(message)),
      ...(hint === undefined ? {} : { hint: this.text(hint) }),
      ...(details === undefined ? {} : { details: this.json(details) as JsonObject }),
    };
  }

  /** Messages quote the ends of what programs write, cut at some length: what is left of a secret there is hidden as well. */
  #edges(text: string): string {
    const bytes = Buffer.from(text).toString('latin1');
    const spans = this.#forms.flatMap((form) => {
      for (let length = Math.min(form.length - 1, bytes.length); length >= minSecretLength; length--) {
        if (bytes.endsWith(form.slice(0, length))) return [{ from: bytes.length - length, to: bytes.length }];
      }
      return [];
    });
    return spans.length === 0 ? text : Buffer.from(hide(bytes, merged(spans)), 'latin1').toString('utf8');
  }

  /** Everything secret, merged where it overlaps, in order. */
  #find(bytes: string): readonly Span[] {
    const found: Span[] = [];
    for (const form of this.#forms) {
      for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) {
        found.push({ from: at, to: at + form.length });
      }
    }
    return merged(found);
  }

  /** Where the first beginning of a secret stands that ends with the text; its length when there is none. */
  #beginning(bytes: string): number {
    let first = bytes.length;
    for (const form of this.#forms) {
      const from = Math.max(0, bytes.length - form.length + 1);
      for (let at = bytes.indexOf(form.charAt(0), from); at >= 0 && at < first; ) {
        if (form.startsWith(bytes.slice(at))) first = at;
        else at = bytes.indexOf(form.charAt(0), at + 1);
      }
    }
    return first;
  }
}

type Span = Readonly<{ from: number; to: number }>;

/** One stream of a step, piece by piece. */
export class MaskedStream {
  readonly #find: (bytes: string) => readonly Span[];
  readonly #beginning: (bytes: string) => number;
  #waiting = '';
  /** How much of what waits is part of something that was hidden already. */
  #hidden = 0;

  constructor(find: (bytes: string) => readonly Span[], beginning: (bytes: string) => number) {
    this.#find = find;
    this.#beginning = beginning;
  }

  /** What may be shown by now. */
  write(piece: Uint8Array): Buffer {
    const bytes = this.#waiting + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1');
    return this.#take(bytes, this.#beginning(bytes));
  }

  /** The rest: no more comes. */
  end(): Buffer {
    return this.#take(this.#waiting, this.#waiting.length);
  }

  /** Gives what stands before `end`; what comes after it waits. */
  #take(bytes: string, end: number): Buffer {
    const before = this.#hidden;
    const spans = merged([...(before > 0 ? [{ from: 0, to: before }] : []), ...this.#find(bytes)]);
    const over = spans.find(({ from, to }) => from < end && to > end);
    this.#waiting = bytes.slice(end);
    this.#hidden = over === undefined ? Math.max(0, before - end) : over.to - end;
    const shown = spans.filter(({ from }) => from < end).map(({ from, to }) => ({ from, to: Math.min(to, end) }));
    // What was hidden before has its mask already.
    const [first, ...others] = shown;
    const told = before > 0 && first?.from === 0 ? hide(bytes.slice(first.to, end), shift(others, first.to)) : null;
    return Buffer.from(told ?? hide(bytes.slice(0, end), shown), 'latin1');
  }
}

const shift = (spans: readonly Span[], by: number): readonly Span[] =>
  spans.map(({ from, to }) => ({ from: from - by, to: to - by }));

function merged(spans: readonly Span[]): readonly Span[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && from < last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}

function hide(bytes: string, spans: readonly Span[]): string {
  let shown = '';
  let at = 0;
  for (const { from, to } of spans) {
    shown += bytes.slice(at, from) + mask;
    at = to;
  }
  return shown + bytes.slice(at);
}
