// Says in plain words what a zod issue says in its own: where, what was expected, what was found.
import type { Problem } from '@millrace/api';

export type ValidationIssue = Readonly<{
  instancePath: string;
  keyword: string;
  message?: string | undefined;
  params: Readonly<Record<string, unknown>>;
}>;

const shownProblems = 20;

/** Wrong parts of a request, at most 20 of them. `data` is what was checked; paths are JSON pointers into it. */
export function explainValidation(issues: readonly ValidationIssue[], data: unknown): readonly Problem[] {
  return issues.slice(0, shownProblems).map((issue) => {
    const path = issue.instancePath === '/' ? '' : issue.instancePath;
    const expected = expectation(issue.keyword, issue.params, issue.message);
    const actual = unknownKeys(issue) ?? describeValue(valueAt(data, path));
    return {
      path,
      expected,
      actual,
      message: `${path === '' ? 'The value' : path}: expected ${expected}, got ${actual}.`,
    };
  });
}

function expectation(code: string, params: Readonly<Record<string, unknown>>, message: string | undefined): string {
  switch (code) {
    case 'invalid_type':
      return article(String(params.expected));
    case 'invalid_value':
      return list((params.values as readonly unknown[]).map((value) => JSON.stringify(value)));
    case 'too_small':
      return `${params.inclusive === false ? 'more than' : 'at least'} ${params.minimum}${unit(params.origin)}`;
    case 'too_big':
      return `${params.inclusive === false ? 'less than' : 'at most'} ${params.maximum}${unit(params.origin)}`;
    case 'invalid_format':
      return params.format === 'datetime'
        ? 'a date and time (2026-11-21T09:30:00Z)'
        : (message ?? 'another form').replace(/^Expected /, '').replace(/\.$/, '');
    case 'unrecognized_keys':
      return 'only known names';
    case 'invalid_union':
      return unionExpectation(params.errors);
    case 'custom':
      return article(String((params.params as Record<string, unknown> | undefined)?.expected ?? 'valid value'));
    default:
      return (message ?? 'a valid value').replace(/\.$/, '');
  }
}

type RawIssue = Readonly<{ code: string; message: string; path: readonly PropertyKey[] }> &
  Readonly<Record<string, unknown>>;

function unionExpectation(errors: unknown): string {
  const branches = (Array.isArray(errors) ? errors : []) as readonly (readonly RawIssue[])[];
  const expected = branches.flatMap((branch) => {
    const [first] = branch;
    if (first === undefined) return [];
    const text = expectation(first.code, first, first.message);
    return [first.path.length === 0 ? text : `${first.path.join('.')}: ${text}`];
  });
  return expected.length === 0 ? 'one of the known forms' : [...new Set(expected)].join(', or ');
}

function unknownKeys(issue: ValidationIssue): string | null {
  const keys = issue.params.keys;
  return issue.keyword === 'unrecognized_keys' && Array.isArray(keys) ? list(keys.map((key) => `"${key}"`)) : null;
}

const unit = (origin: unknown): string =>
  origin === 'string' ? ' characters' : origin === 'array' || origin === 'set' ? ' items' : '';

const list = (words: readonly string[]): string => {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
};

const article = (type: string): string =>
  type === 'int' ? 'a whole number' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;

function valueAt(data: unknown, path: string): unknown {
  let value = data;
  for (const key of path.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A value's type and, where it is short, the value. */
function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length} items`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return `the ${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}…"` : text}`;
}
