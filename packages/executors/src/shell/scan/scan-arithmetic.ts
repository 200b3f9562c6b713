import { scanDollar } from './scan-dollar.ts';
import { scanDouble, scanSingle } from './scan-quotes.ts';
import { scanBackticks } from './scan-substitution.ts';
import { atEnd, copy, demand, looksAt, MARK, peek, reference, type Scanner, takeMark } from './scanner.ts';

/**
 * Arithmetic up to `close` (`))`, `]` or `}`), which is copied too. A shell evaluates names and array indexes in it again,
 * so only numbers may stand here.
 */
export function scanArithmetic(scanner: Scanner, close: '))' | ']' | '}', where: string): void {
  let depth = 0;
  while (!atEnd(scanner)) {
    const char = peek(scanner);
    if (depth === 0 && looksAt(scanner, close)) {
      copy(scanner, close.length);
      return;
    }
    if (char === MARK) emitNumber(scanner, where);
    else if (char === '$') scanDollar(scanner, 'double');
    else if (char === '`') scanBackticks(scanner, true);
    else if (char === '"') scanDouble(scanner);
    else if (char === "'") scanSingle(scanner);
    else if (char === '\\' && peek(scanner, 1) !== MARK) copy(scanner, 2);
    else {
      if (char === '(' || char === '[') depth++;
      if ((char === ')' || char === ']') && depth > 0) depth--;
      copy(scanner, 1);
    }
  }
}

function emitNumber(scanner: Scanner, where: string): void {
  const before = scanner.text[scanner.at - 1] ?? '';
  const mark = takeMark(scanner);
  demand(scanner.state, mark, 'number', `it stands in ${where}`);
  // `5-{{ n }}` with a negative n must not become the operator `--`, nor `${x:{{ n }}}` the operator `:-`.
  const space = before === '-' || before === '+' || before === ':' ? ' ' : '';
  scanner.out.push(`${space}${reference(scanner, mark)}`);
}

/**
 * Whether a text after `((` is arithmetic, not a subshell inside another: then the parenthesis that closes the second
 * one is followed at once by another. Shells decide the same way.
 */
export function startsArithmetic(text: string, from: number, end: number): boolean {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === "'" || char === '"') at = skipQuoted(text, at, end);
    else if (char === '(') depth++;
    else if (char === ')') {
      if (depth === 0) return text[at + 1] === ')' && at + 1 < end;
      depth--;
    }
  }
  return false;
}

function skipQuoted(text: string, from: number, end: number): number {
  const quote = text[from];
  for (let at = from + 1; at < end; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return end;
}
