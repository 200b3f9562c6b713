import type { z } from 'zod';
import type { DiagnosticCode } from '../diagnostics/codes.ts';

// The texts of our schemas are not messages but phrases that complete "must be …", led by the code of the diagnostic.
// `read-node.ts` makes the message. No text of the schema library ever reaches a user.

export function expected(code: DiagnosticCode, phrase: string): Readonly<{ error: string }> {
  return { error: `${code}|${phrase}` };
}

export function parseExpected(text: string): Readonly<{ code: DiagnosticCode; phrase: string }> {
  const at = text.indexOf('|');
  return at < 0
    ? { code: 'invalid_value', phrase: text }
    : { code: text.slice(0, at) as DiagnosticCode, phrase: text.slice(at + 1) };
}

const typePhrases: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** The phrases of all schemas that bring none of their own. */
export function defaultPhrase(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `wrong_type|${typePhrases[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `invalid_value|${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((one) => `\`${String(one)}\``).join(', ')}`;
    case 'too_small':
      return `out_of_range|${sizePhrase(issue.origin, 'at least', Number(issue.minimum))}`;
    case 'too_big':
      return `out_of_range|${sizePhrase(issue.origin, 'at most', Number(issue.maximum))}`;
    default:
      return 'invalid_value|another value';
  }
}

function sizePhrase(origin: string, bound: 'at least' | 'at most', size: number): string {
  if (origin === 'number' || origin === 'int') return `a number of ${bound} ${size}`;
  const [noun, unit] =
    origin === 'string' ? ['a text', 'characters'] : origin === 'array' ? ['a list', 'items'] : ['a map', 'entries'];
  return `${noun} of ${bound} ${size} ${size === 1 ? unit.replace(/ies$/, 'y').replace(/s$/, '') : unit}`;
}
