import { ExpressionError, evaluate, parseExpression } from '@millrace/expression';

const search = parseExpression('regex_find(value, pattern) != null');

/**
 * Whether a text holds a match of a pattern: the expression language's own regular expressions (RE2, linear time), so that
 * a pattern that loads also works in a run. Null when the pattern itself is wrong.
 */
export function matchesPattern(value: string, pattern: string): boolean | null {
  try {
    return evaluate(search, { names: { value, pattern }, now: 0 }) === true;
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

/** Why a regular expression cannot be used; null when it can. */
export function patternProblem(pattern: string): string | null {
  try {
    evaluate(search, { names: { value: '', pattern }, now: 0 });
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
