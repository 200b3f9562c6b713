import type { Span } from './span.ts';

/**
 * What went wrong. Match on these, never on message texts.
 *
 * - `syntax`: the text is not an expression or a template.
 * - `unknown_name`, `unknown_function`: nothing has that name here.
 * - `missing_field`: a field, a list item or a value is absent and nothing allowed that.
 * - `wrong_type`: a value has a type that the operator or function does not take.
 * - `bad_argument`: the type is right, the value is not (or the number of arguments is wrong).
 * - `unsafe_name`: `__proto__`, `constructor` or `prototype` as a field, key or name.
 * - `unavailable`: the function exists, but not in this place (status functions, `uuid()` without a source).
 * - `host_error`: a function that the host supplied failed with something that is not one of these codes.
 */
export type ExpressionErrorCode =
  | 'syntax'
  | 'unknown_name'
  | 'unknown_function'
  | 'wrong_type'
  | 'missing_field'
  | 'bad_argument'
  | 'budget_exceeded'
  | 'division_by_zero'
  | 'number_overflow'
  | 'unsafe_name'
  | 'unavailable'
  | 'host_error';

/** The only error that this package throws. `span` points into the text that was given to the parser. */
export class ExpressionError extends Error {
  readonly code: ExpressionErrorCode;
  readonly span: Span;
  readonly hint: string | undefined;

  constructor(code: ExpressionErrorCode, message: string, span: Span, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExpressionError';
    this.code = code;
    this.span = span;
    this.hint = hint;
  }
}
