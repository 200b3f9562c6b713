import { scanCommands } from './scan-commands.ts';
import { apart, copy, createScanner, MARK, type Scanner } from './scanner.ts';

/**
 * A substitution in backticks, from its opening one. Without a value in it, it is copied. With one, it becomes `$(…)`: the
 * shell removes one level of backslashes from a text in backticks before it reads it as code, and so does this.
 */
export function scanBackticks(scanner: Scanner, inDoubleQuotes: boolean): void {
  const close = closingBacktick(scanner);
  const body = scanner.text.slice(scanner.at + 1, close);
  if (!body.includes(MARK)) {
    copy(scanner, close + 1 - scanner.at);
    return;
  }
  const escaped = inDoubleQuotes ? /\\([$`\\"])/g : /\\([$`\\])/g;
  const inner = createScanner(scanner.state, body.replace(escaped, '$1'));
  apart(inner, () => scanCommands(inner, null));
  // The newline keeps a comment at the end from swallowing the parenthesis; the space keeps `((` from being arithmetic.
  scanner.out.push('$( ', ...inner.out, '\n)');
  scanner.at = Math.min(close + 1, scanner.end);
}

function closingBacktick(scanner: Scanner): number {
  for (let at = scanner.at + 1; at < scanner.end; at++) {
    if (scanner.text[at] === '\\') at++;
    else if (scanner.text[at] === '`') return at;
  }
  return scanner.end;
}
