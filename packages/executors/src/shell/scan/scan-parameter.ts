import { scanArithmetic } from './scan-arithmetic.ts';
import { type DollarPlace, scanDollar } from './scan-dollar.ts';
import { scanDouble, scanSingle } from './scan-quotes.ts';
import { scanBackticks } from './scan-substitution.ts';
import { atEnd, copy, MARK, peek, quotedReference, reference, type Scanner, takeMark } from './scanner.ts';

type Operator = 'default' | 'pattern';

/** `${…}`, from its dollar: a name, perhaps an index, then perhaps an operator with a word. */
export function scanParameter(scanner: Scanner, place: DollarPlace): void {
  copy(scanner, 2);
  scanName(scanner);
  if (peek(scanner) === '[') {
    copy(scanner, 1);
    scanArithmetic(scanner, ']', 'an array index');
  }
  const operator = scanOperator(scanner);
  if (operator === 'arithmetic') {
    scanArithmetic(scanner, '}', 'the position of a substring');
    return;
  }
  while (!atEnd(scanner)) {
    if (peek(scanner) === '}') {
      copy(scanner, 1);
      return;
    }
    scanWordPiece(scanner, place, operator);
  }
}

function scanName(scanner: Scanner): void {
  if ((peek(scanner) === '#' || peek(scanner) === '!') && peek(scanner, 1) !== '}') copy(scanner, 1);
  if (/[@*#?$!-]/.test(peek(scanner))) {
    copy(scanner, 1);
    return;
  }
  while (/\w/.test(peek(scanner)) || peek(scanner) === MARK) {
    if (peek(scanner) !== MARK) {
      copy(scanner, 1);
      continue;
    }
    const mark = takeMark(scanner);
    scanner.state.problems.push({
      mark,
      demand: 'nothing',
      why: 'it stands in the name of a variable (write the value itself, or choose with `case`)',
    });
  }
}

function scanOperator(scanner: Scanner): Operator | 'arithmetic' {
  const char = peek(scanner);
  if (char === ':') {
    copy(scanner, 1);
    if (!'-=?+'.includes(peek(scanner)) || peek(scanner) === '') return 'arithmetic';
    copy(scanner, 1);
    return 'default';
  }
  if (char !== '' && '-=?+'.includes(char)) {
    copy(scanner, 1);
    return 'default';
  }
  return 'pattern';
}

/**
 * The word of an operator. Inside double quotes the word of `:-` and its like is quoted already (and `'` is a plain
 * character there), but a pattern is not: an unquoted value in it would match as a glob.
 */
function scanWordPiece(scanner: Scanner, place: DollarPlace, operator: Operator): void {
  const quoted = place !== 'bare' && operator === 'default';
  const char = peek(scanner);
  if (char === MARK) {
    const mark = takeMark(scanner);
    scanner.out.push(quoted ? reference(scanner, mark) : quotedReference(scanner, mark));
  } else if (char === '\\' && peek(scanner, 1) === MARK) {
    scanner.at++;
    if (quoted) scanner.out.push('\\\\');
  } else if (char === '\\') copy(scanner, 2);
  else if (char === '"') scanDouble(scanner);
  else if (char === "'" && !quoted) scanSingle(scanner);
  else if (char === '`') scanBackticks(scanner, place !== 'bare');
  else if (char === '$') scanDollar(scanner, quoted ? 'double' : 'bare');
  else copy(scanner, 1);
}
