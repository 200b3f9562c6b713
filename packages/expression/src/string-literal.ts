import { ExpressionError } from './expression-error.ts';

const plain: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', "'": "'" };
const codeEscape = /(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/y;

/**
 * Reads the string whose opening quote stands at `start`. Escapes: `\n \r \t \\ \" \' \xHH \uHHHH \u{H…}`. Before any
 * other character a backslash stands for itself, so that regular expressions need no second one: `'\d+'`, `'\bend'`.
 */
export function readStringLiteral(source: string, start: number): Readonly<{ value: string; end: number }> {
  const quote = source.charAt(start);
  let value = '';
  let index = start + 1;
  let copied = index;
  while (index < source.length) {
    const character = source.charAt(index);
    if (character === quote) return { value: value + source.slice(copied, index), end: index + 1 };
    if (character !== '\\') {
      index++;
      continue;
    }
    const escaped = readEscape(source, index + 1);
    value += source.slice(copied, index) + escaped.value;
    index = escaped.end;
    copied = index;
  }
  throw new ExpressionError(
    'syntax',
    'This string has no closing quote.',
    { start, end: source.length },
    `Add ${quote === '"' ? '`"`' : "`'`"} at its end; a quote inside the string is written with a backslash before it.`,
  );
}

function readEscape(source: string, at: number): Readonly<{ value: string; end: number }> {
  const character = source.charAt(at);
  const simple = Object.hasOwn(plain, character) ? plain[character] : undefined;
  if (simple !== undefined) return { value: simple, end: at + 1 };
  if (character !== 'x' && character !== 'u') return { value: '\\', end: at };
  codeEscape.lastIndex = at;
  const match = codeEscape.exec(source);
  const code = match === null ? Number.NaN : Number.parseInt(match[1] ?? match[2] ?? match[3] ?? '', 16);
  if (match === null || !(code <= 0x10ffff)) {
    throw new ExpressionError(
      'syntax',
      `\`\\${character}\` is not followed by the number of a character.`,
      { start: at - 1, end: Math.min(at + 1, source.length) },
      'Write `\\x41`, `\\u0041` or `\\u{1F600}`; a backslash itself is written `\\\\`.',
    );
  }
  return { value: String.fromCodePoint(code), end: at + match[0].length };
}
