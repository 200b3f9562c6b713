import { ExpressionError } from './expression-error.ts';
import { readStringLiteral } from './string-literal.ts';

export type Token = Readonly<{ start: number; end: number }> &
  Readonly<
    | { kind: 'number'; value: number }
    | { kind: 'string'; value: string }
    | { kind: 'name'; text: string }
    | { kind: 'symbol'; text: string }
    | { kind: 'end' }
  >;

/** What ends an expression: the end of the text, or the closing mark of the template tag that it stands in. */
export type Closing = 'end of text' | '}}' | '%}';

const space = /\s*/uy;
const name = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
/** After a dot a name may hold `-` between its letters (`steps.say-hello`) and start with a digit (`steps.2nd`). */
const fieldName = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*(?:-+[\p{L}\p{M}\p{N}_]+)*/uy;
const number = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const symbol = /[=!<>]=|\/\/|\?\.|[()[\]{},:.|+\-*/%<>]/y;

const hints: Readonly<Record<string, string>> = {
  '=': 'Write `==` to compare. Arguments of functions have no names.',
  '&': 'Write `and`.',
  '!': 'Write `not`.',
  '~': 'Write `+` to join strings.',
  '?': 'Write `value if condition else other`, or `?.` to read a field that may be absent.',
  '`': 'Strings stand in single or double quotes.',
  $: 'Names are written without `$`.',
};

function matchAt(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0];
}

export function skipSpace(source: string, offset: number): number {
  return offset + (matchAt(space, source, offset)?.length ?? 0);
}

/** True where `}}`, `-}}`, `%}` or `-%}` ends the tag. A minus can only stand before the mark to trim white space. */
function closesAt(source: string, offset: number, closing: Closing): boolean {
  if (closing === 'end of text') return false;
  if (closing === '%}' && source.startsWith('%}', offset)) return true;
  return source.startsWith(`-${closing}`, offset);
}

/**
 * Reads the token at or after `offset`. `}}` is not a token, since it also ends nested object literals: the parser meets a
 * `}` that it cannot use and leaves it to the template.
 */
export function tokenAt(source: string, offset: number, closing: Closing): Token {
  const start = skipSpace(source, offset);
  if (start >= source.length || closesAt(source, start, closing)) return { kind: 'end', start, end: start };
  const first = source.charAt(start);
  if (first === '"' || first === "'") {
    const literal = readStringLiteral(source, start);
    return { kind: 'string', value: literal.value, start, end: literal.end };
  }
  const word = matchAt(name, source, start);
  if (word !== undefined) return { kind: 'name', text: word, start, end: start + word.length };
  const digits = matchAt(number, source, start);
  if (digits !== undefined) return numberToken(source, start, digits);
  const mark = matchAt(symbol, source, start);
  if (mark !== undefined) return { kind: 'symbol', text: mark, start, end: start + mark.length };
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0);
  const hint =
    first === '|' || source.startsWith('{{', start) ? 'Inside an expression names stand bare.' : hints[character];
  const span = { start, end: start + character.length };
  throw new ExpressionError('syntax', `\`${character}\` has no meaning here.`, span, hint);
}

/** Reads the name of a field, directly after `.` or `?.`. */
export function fieldNameAt(source: string, offset: number): Readonly<{ text: string; start: number; end: number }> {
  const start = skipSpace(source, offset);
  const text = matchAt(fieldName, source, start);
  if (text !== undefined) return { text, start, end: start + text.length };
  const end = Math.min(start + 1, source.length);
  throw new ExpressionError(
    'syntax',
    'A dot is followed by the name of a field.',
    { start, end },
    'For other names write `["the name"]`.',
  );
}

function numberToken(source: string, start: number, digits: string): Token {
  const end = start + digits.length;
  const following = matchAt(name, source, end);
  if (following !== undefined) {
    throw new ExpressionError(
      'syntax',
      `\`${digits}${following.slice(0, 40)}\` is neither a number nor a name.`,
      { start, end: end + following.length },
      'A name starts with a letter; durations and sizes stand in quotes.',
    );
  }
  const value = Number(digits);
  const exact = /^[0-9]+$/.test(digits) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!exact) {
    throw new ExpressionError(
      'syntax',
      'This number is too large to be held exactly.',
      { start, end },
      'Integers go up to 9007199254740991. Write longer ones as strings, in quotes.',
    );
  }
  return { kind: 'number', value, start, end };
}
