// How rows become parameters: one array for each column. Numbers go as array literals; JSON text, which holds no raw
// control characters, goes as one string with separators, which costs neither quoting here nor unquoting there.
//
// A column in which every row has the usual value goes as an empty array: `unnest` gives nulls for what it does not find, and
// the statement has `coalesce` with the usual value. Most columns of most commits are such, and cost nothing on either side.

type Value = string | number | boolean | null;
type Plain = string | number | boolean | null;

/** One column of the rows in the form of a PostgreSQL array of numbers or booleans. */
export function numbers<Row>(rows: readonly Row[], read: (row: Row) => Plain, usual: Plain = null): string {
  let text = '';
  let unusual = false;
  for (const row of rows) {
    const value = read(row);
    if (value !== usual) unusual = true;
    text += text === '' ? `{${value}` : `,${value}`;
  }
  return unusual ? `${text}}` : none;
}

/** Short texts of any content. Usual is null. */
export function texts<Row>(rows: readonly Row[], read: (row: Row) => string | null): string {
  let text = '';
  let unusual = false;
  for (const row of rows) {
    const value = read(row);
    if (value !== null) unusual = true;
    const quoted = value === null ? 'null' : quote(value);
    text += text === '' ? `{${quoted}` : `,${quoted}`;
  }
  return unusual ? `${text}}` : none;
}

const none = '{}';

const plainWord = /^(?!null$)[A-Za-z0-9_-]+$/i;

const quote = (value: string): string =>
  plainWord.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** JSON texts; joined when all are known and the separators are chosen. Empty when all of them are null, which is usual. */
export type Documents = Readonly<{ documents: readonly (string | null)[] }>;

export function documents<Row>(rows: readonly Row[], read: (row: Row) => string | null): Documents {
  const values: (string | null)[] = [];
  let unusual = false;
  for (const row of rows) {
    const value = read(row);
    if (value !== null) unusual = true;
    values.push(value);
  }
  return unusual ? { documents: values } : noDocuments;
}

const noDocuments: Documents = { documents: [] };

export type Parameters = Readonly<Record<string, Value | Documents>>;

export type Separators = Readonly<{ separator: string; absent: string }>;

const usual: Separators = { separator: '\x1f', absent: '\x1e' };

/**
 * Separators that no document holds. Valid JSON never holds a raw control character, so the usual ones nearly always do;
 * for text that does nevertheless, longer ones are made until none occurs.
 */
export function chooseSeparators(parameters: Parameters): Separators {
  let chosen = usual;
  for (let attempt = 0; ; attempt++) {
    if (!occurs(parameters, chosen)) return chosen;
    // Beginning and end differ, so the end of a text and the begin of a separator never look like a separator.
    chosen = { separator: `\x1f${attempt}\x1d`, absent: `\x1e${attempt}\x1d` };
  }
}

function occurs(parameters: Parameters, { separator, absent }: Separators): boolean {
  for (const name in parameters) {
    const value = parameters[name];
    if (value === null || typeof value !== 'object') continue;
    for (const document of value.documents) {
      if (document !== null && (document.includes(separator) || document.includes(absent))) return true;
    }
  }
  return false;
}

export function join({ documents: values }: Documents, { separator, absent }: Separators): string {
  let text = '';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) text += separator;
    text += values[index] ?? absent;
  }
  return text;
}
