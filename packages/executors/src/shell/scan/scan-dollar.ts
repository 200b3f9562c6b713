import { scanArithmetic, startsArithmetic } from './scan-arithmetic.ts';
import { scanCommands } from './scan-commands.ts';
import { scanParameter } from './scan-parameter.ts';
import { scanAnsi } from './scan-quotes.ts';
import { apart, copy, looksAt, MARK, peek, type Scanner } from './scanner.ts';

export type DollarPlace = 'bare' | 'double' | 'document';

/** A dollar and what it begins: substitution, arithmetic, parameter, `$'…'`, or just the character. */
export function scanDollar(scanner: Scanner, place: DollarPlace): void {
  const next = peek(scanner, 1);
  if (next === MARK) {
    // `${{ price }}`: a dollar sign before a value. `$` and the reference's own dollar would together mean the process id.
    scanner.at++;
    scanner.out.push('\\$');
  } else if (looksAt(scanner, '$((') && startsArithmetic(scanner.text, scanner.at + 3, scanner.end)) {
    copy(scanner, 3);
    scanArithmetic(scanner, '))', 'arithmetic $(( ))');
  } else if (next === '(') {
    copy(scanner, 2);
    apart(scanner, () => scanCommands(scanner, ')'));
  } else if (next === '{') {
    scanParameter(scanner, place);
  } else if (next === '[') {
    copy(scanner, 2);
    scanArithmetic(scanner, ']', 'arithmetic $[ ]');
  } else if (next === "'" && place === 'bare') {
    copy(scanner, 1);
    scanAnsi(scanner);
  } else if (next !== '' && '$#?!@*-'.includes(next)) {
    copy(scanner, 2);
  } else {
    copy(scanner, 1);
  }
}
