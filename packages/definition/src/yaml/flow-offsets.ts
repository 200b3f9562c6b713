/**
 * Where each character of a plain or quoted YAML scalar stands in its source: the rules by which YAML folds lines and
 * reads escapes, followed once more with the offsets kept. The YAML library decodes values but not their positions.
 */
export type Decoded = Readonly<{ text: string; offsets: readonly number[] }>;

/** `source` is the scalar with its quotes; offsets are relative to its start. */
export function decodeFlowScalar(source: string): Decoded {
  const quote = source[0];
  if (quote === '"' || quote === "'") return decode(source, 1, source.length - 1, quote);
  return decode(source, 0, source.length, null);
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};
const escapeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function decode(source: string, from: number, to: number, quote: '"' | "'" | null): Decoded {
  const characters: string[] = [];
  const offsets: number[] = [];
  const push = (text: string, at: number) => {
    for (const unit of text.split('')) {
      characters.push(unit);
      offsets.push(at);
    }
  };
  let at = from;
  while (at < to) {
    const unit = source.charAt(at);
    if (unit === ' ' || unit === '\t' || isBreak(source, at)) {
      at = copySpace(source, at, to, push);
    } else if (quote === "'" && unit === "'") {
      push("'", at);
      at += 2;
    } else if (quote === '"' && unit === '\\') {
      at = copyEscape(source, at, push);
    } else {
      push(unit, at);
      at++;
    }
  }
  return { text: characters.join(''), offsets };
}

function isBreak(source: string, at: number): boolean {
  return source[at] === '\n' || (source[at] === '\r' && source[at + 1] === '\n');
}

/** White space stays as it is inside a line; around line breaks it folds to one space, or to one break fewer. */
function copySpace(source: string, start: number, to: number, push: (text: string, at: number) => void): number {
  let end = start;
  let breaks = 0;
  let firstBreak = start;
  while (end < to) {
    if (isBreak(source, end)) {
      if (breaks === 0) firstBreak = end;
      breaks++;
      end += source[end] === '\r' ? 2 : 1;
    } else if (source[end] === ' ' || source[end] === '\t') end++;
    else break;
  }
  if (breaks === 0) for (let at = start; at < end; at++) push(source.charAt(at), at);
  else if (breaks === 1) push(' ', firstBreak);
  else push('\n'.repeat(breaks - 1), firstBreak);
  return end;
}

function copyEscape(source: string, at: number, push: (text: string, at: number) => void): number {
  const code = source.charAt(at + 1);
  const simple = simpleEscapes[code];
  if (simple !== undefined) {
    push(simple, at);
    return at + 2;
  }
  const digits = escapeLengths[code];
  if (digits !== undefined) {
    const point = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
    if (point >= 0 && point <= 0x10ffff) push(String.fromCodePoint(point), at);
    return at + 2 + digits;
  }
  // An escaped line break joins two lines without a space.
  let next = at + (code === '\r' ? 3 : 2);
  while (source[next] === ' ' || source[next] === '\t') next++;
  return next;
}
