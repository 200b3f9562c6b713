// Safe interpolation: the model.
//
// A `cmd` is shell text in which marks (U+0000, which shell text cannot hold) stand for values. The scanner reads the text
// as a shell would and replaces each mark by a reference to the environment variable that holds its value, quoted for the
// place where it stands. The values themselves are never part of the text, so no value can change what is code.
//
//   bare word        "${V}"            double quotes    ${V}          single quotes    '"${V}"'
//   here-document    ${V}              $'…' (bash)      '"${V}"$'     comment          nothing is expanded
//   <<'EOF'          the document is rewritten with another, unquoted delimiter and everything else in it escaped
//   `…` with a mark  rewritten as $(…), because the levels of backslashes inside backticks do not compose
//
// The reference is inert even where the scanner misreads the text; what it must find are the places where a shell (or an
// interpreter that the text calls) evaluates an argument again. There it `demands`: only numbers, or only names, may
// stand there (word-rules.ts). Shells differ a little; where the difference matters, the stricter reading is taken.

/** Which quoting a shell knows beyond POSIX. `sh` is dash on some systems and bash on others, so it gets neither. */
export type Dialect = 'posix' | 'bash';

/** What a value must look like at a place where a shell would evaluate it again. */
export type Demand = 'number' | 'name' | 'nothing';

export type Problem = Readonly<{ mark: number; demand: Demand; why: string }>;

/** A mark inside a word; `offset` is its index in the word's raw text. */
export type WordMark = Readonly<{ mark: number; offset: number }>;

/** A word as written. `plain` is without quotes and backslashes; marks stay in both as U+0000. */
export type Word = Readonly<{ raw: string; plain: string; marks: readonly WordMark[] }>;

export type HereDocument = {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  /** Index of the piece of output that holds the delimiter at the operator. */
  readonly delimiterPiece: number;
  /** The marks that stood in the body, filled in when it is read. */
  readonly marks: number[];
  /** Set when an interpreter reads the body as its program: why only numbers may stand in it. */
  strict: string | null;
};

/** Shared by the whole scan, also by the scans of text inside backticks. */
export type ScanState = {
  readonly dialect: Dialect;
  readonly reference: (mark: number) => string;
  readonly check: (mark: number, demand: Demand) => boolean;
  readonly problems: Problem[];
  /** Names declared as integers (`declare -i`): an assignment to them is arithmetic. */
  readonly integers: Set<string>;
  /** Delimiters that the text already uses, so that a rewritten here-document gets a new one. */
  readonly source: string;
  marks: number;
  delimiters: number;
};

/** One pass over one text. `out` collects the result; `end` bounds what is read. */
export type Scanner = {
  readonly state: ScanState;
  readonly text: string;
  readonly out: string[];
  at: number;
  end: number;
  /** Marks of the word that is being read, by their absolute offset; null where words do not matter. */
  wordMarks: WordMark[];
  /** Here-documents whose bodies begin after the next newline. */
  pending: HereDocument[];
};

export const MARK = '\0';

export function createScanner(state: ScanState, text: string): Scanner {
  return { state, text, out: [], at: 0, end: text.length, wordMarks: [], pending: [] };
}

export const peek = (scanner: Scanner, ahead = 0): string =>
  scanner.at + ahead < scanner.end ? (scanner.text[scanner.at + ahead] ?? '') : '';

export const atEnd = (scanner: Scanner): boolean => scanner.at >= scanner.end;

/** Whether the text goes on with `word`. */
export const looksAt = (scanner: Scanner, word: string): boolean =>
  scanner.text.startsWith(word, scanner.at) && scanner.at + word.length <= scanner.end;

/** Copies `length` characters that hold no mark. */
export function copy(scanner: Scanner, length: number): void {
  const to = Math.min(scanner.at + length, scanner.end);
  scanner.out.push(scanner.text.slice(scanner.at, to));
  scanner.at = to;
}

/** Takes the mark at the current position and gives its number; the caller emits the reference. */
export function takeMark(scanner: Scanner): number {
  const mark = scanner.state.marks++;
  scanner.wordMarks.push({ mark, offset: scanner.at });
  scanner.at++;
  return mark;
}

/** `${V}`: right inside double quotes and unquoted here-documents. */
export const reference = (scanner: Scanner, mark: number): string => `\${${scanner.state.reference(mark)}}`;

/** `"${V}"`: one word, whatever the value. */
export const quotedReference = (scanner: Scanner, mark: number): string => `"${reference(scanner, mark)}"`;

export function demand(state: ScanState, mark: number, what: Demand, why: string): void {
  if (!state.check(mark, what)) state.problems.push({ mark, demand: what, why });
}

/** Reads the text of a nested place with its own list of word marks: its values are data to another command. */
export function apart<T>(scanner: Scanner, work: () => T): T {
  const outer = scanner.wordMarks;
  scanner.wordMarks = [];
  try {
    return work();
  } finally {
    scanner.wordMarks = outer;
  }
}
