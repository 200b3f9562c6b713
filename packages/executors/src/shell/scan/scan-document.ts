import { scanQuotedPiece } from './scan-quotes.ts';
import {
  atEnd,
  copy,
  demand,
  type HereDocument,
  MARK,
  peek,
  reference,
  type Scanner,
  takeMark,
  type WordMark,
} from './scanner.ts';

/** The operator `<<` or `<<-` with its delimiter; the body is read after the next newline. */
export function scanDocumentOperator(scanner: Scanner): HereDocument {
  const stripTabs = peek(scanner, 2) === '-';
  copy(scanner, stripTabs ? 3 : 2);
  while (peek(scanner) === ' ' || peek(scanner) === '\t') copy(scanner, 1);
  const { delimiter, quoted, raw } = readDelimiter(scanner);
  scanner.out.push(raw);
  const document: HereDocument = {
    delimiter,
    quoted,
    stripTabs,
    delimiterPiece: scanner.out.length - 1,
    marks: [],
    strict: null,
  };
  scanner.pending.push(document);
  return document;
}

function readDelimiter(scanner: Scanner): { delimiter: string; quoted: boolean; raw: string } {
  const start = scanner.at;
  let delimiter = '';
  let quoted = false;
  let quote = '';
  for (; !atEnd(scanner); scanner.at++) {
    const char = peek(scanner);
    if (char === MARK) {
      scanner.state.problems.push({
        mark: scanner.state.marks++,
        demand: 'nothing',
        why: 'it stands in the delimiter of a here-document, which a shell never expands',
      });
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else delimiter += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      quoted = true;
    } else if (char === '\\') {
      quoted = true;
      scanner.at++;
      delimiter += peek(scanner);
    } else if (/[\s;&|<>()]/.test(char)) {
      break;
    } else delimiter += char;
  }
  return { delimiter, quoted, raw: scanner.text.slice(start, scanner.at).replaceAll(MARK, '') };
}

/** Reads the bodies of all pending here-documents; the current position is the start of a line. */
export function scanDocumentBodies(scanner: Scanner): void {
  const pending = scanner.pending;
  scanner.pending = [];
  for (const document of pending) scanBody(scanner, document);
}

function scanBody(scanner: Scanner, document: HereDocument): void {
  const outerEnd = scanner.end;
  const outerMarks: WordMark[] = scanner.wordMarks;
  const bodyEnd = findDelimiterLine(scanner, document);
  scanner.end = bodyEnd;
  scanner.wordMarks = [];
  const body = scanner.text.slice(scanner.at, bodyEnd);
  const rewrite = document.quoted && body.includes(MARK);
  if (!document.quoted) {
    while (!atEnd(scanner)) scanQuotedPiece(scanner, 'document');
  } else if (rewrite) {
    while (!atEnd(scanner)) scanLiteralPiece(scanner);
  } else {
    copy(scanner, bodyEnd - scanner.at);
  }
  for (const { mark } of scanner.wordMarks) {
    document.marks.push(mark);
    if (document.strict !== null) demand(scanner.state, mark, 'number', document.strict);
  }
  scanner.end = outerEnd;
  scanner.wordMarks = outerMarks;
  if (rewrite) replaceDelimiter(scanner, document);
  copyLine(scanner);
}

/** The rest of the delimiter's line: nothing in it is code. */
function copyLine(scanner: Scanner): void {
  const newline = scanner.text.indexOf('\n', scanner.at);
  copy(scanner, (newline < 0 || newline >= scanner.end ? scanner.end : newline + 1) - scanner.at);
}

/** Text of a document whose delimiter was quoted: escaped, since the rewritten document is expanded. */
function scanLiteralPiece(scanner: Scanner): void {
  const char = peek(scanner);
  if (char === MARK) {
    scanner.out.push(reference(scanner, takeMark(scanner)));
    return;
  }
  if (char === '\\' || char === '$' || char === '`') scanner.out.push('\\');
  copy(scanner, 1);
}

/** Offset where the line begins that ends the document; the end of the text when there is none. */
function findDelimiterLine(scanner: Scanner, document: HereDocument): number {
  let continued = false;
  for (let at = scanner.at; at < scanner.end; ) {
    const newline = scanner.text.indexOf('\n', at);
    const lineEnd = newline < 0 || newline > scanner.end ? scanner.end : newline;
    const line = scanner.text.slice(at, lineEnd);
    if (!continued && (document.stripTabs ? line.replace(/^\t+/, '') : line) === document.delimiter) return at;
    // A backslash at the end joins the next line to this one, so that line cannot end the document.
    continued = !document.quoted && /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    at = lineEnd + 1;
  }
  return scanner.end;
}

function replaceDelimiter(scanner: Scanner, document: HereDocument): void {
  const { state } = scanner;
  let delimiter: string;
  do delimiter = `MILLRACE_EOF_${++state.delimiters}`;
  while (state.source.includes(delimiter));
  scanner.out[document.delimiterPiece] = delimiter;
  const newline = scanner.text.indexOf('\n', scanner.at);
  const lineEnd = newline < 0 || newline > scanner.end ? scanner.end : newline;
  if (scanner.at >= scanner.end && scanner.out.at(-1)?.endsWith('\n') !== true) scanner.out.push('\n');
  scanner.out.push(delimiter);
  scanner.at = lineEnd;
}
