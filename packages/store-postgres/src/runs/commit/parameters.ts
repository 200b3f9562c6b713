// How rows become parameters: one array for each column. Numbers go as array literals; JSON text, which holds no raw
// control characters, goes as one string with separators, which costs neither quoting here nor unquoting there.

type Value = string | number | boolean | null;

/** Values of one column in the form of a PostgreSQL array of numbers or booleans. */
export const numbers = (values: readonly (number | string | boolean | null)[]): string => {
  let text = '{';
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    text += index === 0 ? (value ?? 'null') : `,${value ?? 'null'}`;
  }
  return `${text}}`;
};

/** Short texts of any content. */
export const texts = (values: readonly (string | null)[]): string => {
  let text = '{';
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? null;
    if (index > 0) text += ',';
    text += value === null ? 'null' : quote(value);
  }
  return `${text}}`;
};

const plainWord = /^(?!null$)[A-Za-z0-9_-]+$/i;

const quote = (value: string): string =>
  plainWord.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** JSON texts; joined when all are known and the separators are chosen. */
export type Documents = Readonly<{ documents: readonly (string | null)[] }>;
export const documents = (values: readonly (string | null)[]): Documents => ({ documents: values });

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
