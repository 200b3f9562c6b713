import { scanDollar } from './scan-dollar.ts';
import { scanBackticks } from './scan-substitution.ts';
import { atEnd, copy, MARK, peek, quotedReference, reference, type Scanner, takeMark } from './scanner.ts';

/** A single-quoted string, from its opening quote. The string is closed around each reference and opened again. */
export function scanSingle(scanner: Scanner): void {
  copy(scanner, 1);
  while (!atEnd(scanner)) {
    const char = peek(scanner);
    if (char === MARK) scanner.out.push(`'${quotedReference(scanner, takeMark(scanner))}'`);
    else copy(scanner, 1);
    if (char === "'") return;
  }
}

/** `$'…'`, from its opening quote (the dollar is copied already): a backslash escapes, so `\'` does not end it. */
export function scanAnsi(scanner: Scanner): void {
  copy(scanner, 1);
  while (!atEnd(scanner)) {
    const char = peek(scanner);
    if (char === MARK) {
      scanner.out.push(ansiReference(scanner));
    } else if (char === '\\' && peek(scanner, 1) === MARK) {
      scanner.at++;
      scanner.out.push('\\\\', ansiReference(scanner));
    } else if (char === '\\') {
      copy(scanner, 2);
    } else {
      copy(scanner, 1);
      if (char === "'") return;
    }
  }
}

function ansiReference(scanner: Scanner): string {
  const mark = takeMark(scanner);
  if (scanner.state.dialect === 'posix') {
    scanner.state.problems.push({
      mark,
      demand: 'nothing',
      why: "it stands inside $'…', which sh reads differently from system to system (set `shell: bash`, or use double quotes)",
    });
  }
  return `'${quotedReference(scanner, mark)}$'`;
}

/** A double-quoted string, from its opening quote. */
export function scanDouble(scanner: Scanner): void {
  copy(scanner, 1);
  while (!atEnd(scanner)) {
    if (peek(scanner) === '"') {
      copy(scanner, 1);
      return;
    }
    scanQuotedPiece(scanner, 'double');
  }
}

/** One piece of text that is expanded but not split: inside double quotes or an unquoted here-document. */
export function scanQuotedPiece(scanner: Scanner, place: 'double' | 'document'): void {
  const char = peek(scanner);
  switch (char) {
    case MARK:
      scanner.out.push(reference(scanner, takeMark(scanner)));
      return;
    case '\\':
      // A backslash before a value is the character itself; written alone it would escape the reference's dollar.
      if (peek(scanner, 1) === MARK) {
        scanner.at++;
        scanner.out.push('\\\\');
      } else copy(scanner, 2);
      return;
    case '`':
      scanBackticks(scanner, place === 'double');
      return;
    case '$':
      scanDollar(scanner, place);
      return;
    default:
      copy(scanner, 1);
  }
}
