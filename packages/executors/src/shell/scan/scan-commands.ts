import { checkCommand, checkPipeline, type PipedCommand } from './command-rules.ts';
import { scanArithmetic, startsArithmetic } from './scan-arithmetic.ts';
import { scanDocumentBodies, scanDocumentOperator } from './scan-document.ts';
import { scanDollar } from './scan-dollar.ts';
import { scanDouble, scanSingle } from './scan-quotes.ts';
import { scanBackticks } from './scan-substitution.ts';
import {
  apart,
  atEnd,
  copy,
  type HereDocument,
  looksAt,
  MARK,
  peek,
  quotedReference,
  reference,
  type Scanner,
  takeMark,
  type Word,
} from './scanner.ts';

type CaseStage = 'word' | 'in' | 'pattern' | 'body';

/** What is known about the list of commands that is being read. */
type Reading = {
  words: Word[];
  /** Words of here-strings of this command: what it reads on its standard input. */
  hereStrings: Word[];
  documents: HereDocument[];
  pipeline: PipedCommand[];
  cases: { stage: CaseStage }[];
  /** Offset where the current word began; -1 between words. */
  wordStart: number;
  /** What the next word is the target of. */
  redirect: 'file' | 'string' | null;
  /** Inside `[[ … ]]`, where operators and newlines separate words but do not end the command. */
  condition: boolean;
};

const reserved = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', 'time', '{', '!', 'coproc']);
/** Reserved words after which a command may begin on the same line. */
const isReserved = (word: string): boolean => reserved.has(word);

/** Commands up to the closing parenthesis (copied too) or, with `null`, up to the end of the text. */
export function scanCommands(scanner: Scanner, close: ')' | null): void {
  const reading: Reading = {
    words: [],
    hereStrings: [],
    documents: [],
    pipeline: [],
    cases: [],
    wordStart: -1,
    redirect: null,
    condition: false,
  };
  while (!atEnd(scanner)) {
    if (scanOne(scanner, reading, close)) return;
  }
  endPipeline(scanner, reading);
}

/** Reads one piece; true when it was the closing parenthesis. */
function scanOne(scanner: Scanner, reading: Reading, close: ')' | null): boolean {
  const char = peek(scanner);
  switch (char) {
    case ' ':
    case '\t':
      endWord(scanner, reading);
      copy(scanner, 1);
      return false;
    case '\n':
      scanNewline(scanner, reading);
      return false;
    case '#':
      if (reading.wordStart >= 0) copy(scanner, 1);
      else scanComment(scanner);
      return false;
    case ';':
    case '&':
    case '|':
      scanOperator(scanner, reading);
      return false;
    case '<':
    case '>':
      scanRedirection(scanner, reading);
      return false;
    case '(':
      scanOpen(scanner, reading);
      return false;
    case ')':
      return scanClose(scanner, reading, close);
    default:
      beginWord(scanner, reading);
      scanWordPiece(scanner);
      return false;
  }
}

function scanWordPiece(scanner: Scanner): void {
  switch (peek(scanner)) {
    case MARK:
      scanner.out.push(quotedReference(scanner, takeMark(scanner)));
      return;
    case "'":
      scanSingle(scanner);
      return;
    case '"':
      scanDouble(scanner);
      return;
    case '`':
      scanBackticks(scanner, false);
      return;
    case '$':
      scanDollar(scanner, 'bare');
      return;
    case '\\':
      // A backslash would quote the first character of the value, and the reference quotes all of it.
      if (peek(scanner, 1) === MARK) scanner.at++;
      else copy(scanner, 2);
      return;
    default:
      copy(scanner, 1);
  }
}

function scanComment(scanner: Scanner): void {
  while (!atEnd(scanner) && peek(scanner) !== '\n') {
    if (peek(scanner) === MARK) apart(scanner, () => scanner.out.push(reference(scanner, takeMark(scanner))));
    else copy(scanner, 1);
  }
}

function scanNewline(scanner: Scanner, reading: Reading): void {
  endWord(scanner, reading);
  if (!reading.condition && !inPattern(reading)) endPipeline(scanner, reading);
  copy(scanner, 1);
  if (scanner.pending.length > 0) scanDocumentBodies(scanner);
}

function scanOperator(scanner: Scanner, reading: Reading): void {
  endWord(scanner, reading);
  if (reading.condition || inPattern(reading)) {
    if (reading.condition) reading.words.push({ raw: '&&', plain: '&&', marks: [] });
    copy(scanner, 1);
  } else if (looksAt(scanner, '&>')) {
    copy(scanner, looksAt(scanner, '&>>') ? 3 : 2);
    reading.redirect = 'file';
  } else if (peek(scanner) === '|' && peek(scanner, 1) !== '|') {
    copy(scanner, peek(scanner, 1) === '&' ? 2 : 1);
    endCommand(scanner, reading);
  } else {
    const twice = peek(scanner) === peek(scanner, 1) || looksAt(scanner, ';&');
    const endsClause = looksAt(scanner, ';;') || looksAt(scanner, ';&');
    endPipeline(scanner, reading);
    copy(scanner, looksAt(scanner, ';;&') ? 3 : twice ? 2 : 1);
    const open = reading.cases.at(-1);
    if (endsClause && open?.stage === 'body') open.stage = 'pattern';
  }
}

function scanRedirection(scanner: Scanner, reading: Reading): void {
  if (peek(scanner, 1) === '(' && !reading.condition) {
    beginWord(scanner, reading);
    copy(scanner, 2);
    apart(scanner, () => scanCommands(scanner, ')'));
    return;
  }
  // Digits right before the operator are a file descriptor, not a word.
  const digits = reading.wordStart >= 0 && /^\d+$/.test(scanner.text.slice(reading.wordStart, scanner.at));
  if (digits) reading.wordStart = -1;
  else endWord(scanner, reading);
  if (reading.condition) copy(scanner, 1);
  else if (looksAt(scanner, '<<<')) {
    copy(scanner, 3);
    reading.redirect = 'string';
  } else if (looksAt(scanner, '<<')) {
    reading.documents.push(scanDocumentOperator(scanner));
  } else {
    const second = peek(scanner, 1);
    copy(scanner, second !== '' && '>&|'.includes(second) ? 2 : 1);
    reading.redirect = 'file';
  }
}

function scanOpen(scanner: Scanner, reading: Reading): void {
  const head = reading.words.every(({ plain }) => isReserved(plain) || plain === 'for');
  if (reading.condition || inPattern(reading)) {
    endWord(scanner, reading);
    copy(scanner, 1);
  } else if (
    reading.wordStart < 0 &&
    head &&
    looksAt(scanner, '((') &&
    startsArithmetic(scanner.text, scanner.at + 2, scanner.end)
  ) {
    copy(scanner, 2);
    scanArithmetic(scanner, '))', 'arithmetic (( ))');
  } else if (reading.wordStart >= 0) {
    // An array (`a=( … )`), a function (`f()`) or an extended pattern (`@(a|b)`): part of the word or right after it.
    copy(scanner, 1);
    apart(scanner, () => scanCommands(scanner, ')'));
  } else {
    copy(scanner, 1);
    scanCommands(scanner, ')');
  }
}

function scanClose(scanner: Scanner, reading: Reading, close: ')' | null): boolean {
  endWord(scanner, reading);
  const open = reading.cases.at(-1);
  copy(scanner, 1);
  if (reading.condition) return false;
  if (open?.stage === 'pattern') {
    open.stage = 'body';
    reading.words = [];
    return false;
  }
  endPipeline(scanner, reading);
  return close === ')';
}

function beginWord(scanner: Scanner, reading: Reading): void {
  if (reading.wordStart >= 0) return;
  reading.wordStart = scanner.at;
  scanner.wordMarks = [];
}

function endWord(scanner: Scanner, reading: Reading): void {
  if (reading.wordStart < 0) return;
  const start = reading.wordStart;
  const raw = scanner.text.slice(start, scanner.at);
  const marks = scanner.wordMarks.map(({ mark, offset }) => ({ mark, offset: offset - start }));
  const word: Word = { raw, plain: raw.replace(/\\([\s\S])|['"]/g, '$1'), marks };
  reading.wordStart = -1;
  scanner.wordMarks = [];
  const target = reading.redirect;
  reading.redirect = null;
  if (target === 'string') reading.hereStrings.push(word);
  if (target !== null) return;
  if (advanceCase(reading, word)) return;
  if (inPattern(reading)) return;
  reading.words.push(word);
  if (raw === '[[' && reading.words.slice(0, -1).every(({ plain }) => isReserved(plain))) reading.condition = true;
  else if (reading.condition && raw === ']]') reading.condition = false;
  // `then eval …`: a reserved word ends with its line's next command, so rules see only that command.
  if (reading.words.length === 1 && isReserved(raw)) reading.words = [];
}

/** Follows `case … in pattern) … ;; esac`, whose parentheses close nothing. True when the word belonged to its frame. */
function advanceCase(reading: Reading, word: Word): boolean {
  const open = reading.cases.at(-1);
  if (open?.stage === 'word') {
    open.stage = 'in';
    return true;
  }
  if (open?.stage === 'in') {
    if (word.raw === 'in') open.stage = 'pattern';
    return true;
  }
  if (reading.words.length === 0 && word.raw === 'esac' && open !== undefined) {
    reading.cases.pop();
    return true;
  }
  if (reading.words.length === 0 && word.raw === 'case' && open?.stage !== 'pattern') {
    reading.cases.push({ stage: 'word' });
    return true;
  }
  return false;
}

const inPattern = (reading: Reading): boolean => {
  const stage = reading.cases.at(-1)?.stage;
  return stage === 'pattern' || stage === 'in' || stage === 'word';
};

function endCommand(scanner: Scanner, reading: Reading): void {
  endWord(scanner, reading);
  checkCommand(scanner.state, reading.words, reading.hereStrings, reading.documents);
  reading.pipeline.push({ words: reading.words, hereStrings: reading.hereStrings, documents: reading.documents });
  reading.words = [];
  reading.hereStrings = [];
  reading.documents = [];
}

function endPipeline(scanner: Scanner, reading: Reading): void {
  endCommand(scanner, reading);
  reading.condition = false;
  if (reading.pipeline.length > 1) checkPipeline(scanner.state, reading.pipeline);
  reading.pipeline = [];
}
