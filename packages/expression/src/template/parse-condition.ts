import type { Expression } from '../ast.ts';
import { ExpressionError } from '../expression-error.ts';
import { skipSpace } from '../lexer.ts';
import { parseExpression } from '../parser/parse-expression.ts';
import { parseTemplate } from './parse-template.ts';

/**
 * Parses what `when`, `for_each` and `until` hold: a bare expression, or exactly one `{{ expression }}` with nothing but
 * white space around it. Spans are offsets into `source` either way.
 */
export function parseCondition(source: string): Expression {
  const start = skipSpace(source, 0);
  if (!source.startsWith('{{', start) && !source.startsWith('{%', start)) return parseExpression(source);
  const parts = parseTemplate(source).parts.filter((part) => part.kind !== 'text' || part.text.trim() !== '');
  const [only, second] = parts;
  if (only?.kind === 'value' && second === undefined) return only.expression;
  throw new ExpressionError(
    'syntax',
    'A condition is one expression, not a text.',
    (only?.kind === 'value' ? second?.span : only?.span) ?? { start, end: source.length },
    'Write the whole condition as one expression, such as `{{ a and b }}` or simply `a and b`.',
  );
}
