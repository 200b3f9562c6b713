import { type ExpressionError, locate } from '@millrace/expression';
import type { Fault } from '../run/fault.ts';
import type { Place } from '../values/place.ts';

/** Carries a fault of a user's expression or value up to the decision that turns it into a failed step or run. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/**
 * What an expression's error is to a run. `place` is where `text` begins; the fault's place is that of the error
 * itself.
 */
export function expressionFault(error: ExpressionError, text: string, place: Place | undefined): Fault {
  return {
    code: 'expression',
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(place === undefined ? {} : { at: placeWithin(text, error.span.start, place) }),
    details: { error: error.code },
    retryable: false,
  };
}

/** The place of an offset in a text. Lines after the first of a block scalar are indented like the first. */
function placeWithin(text: string, offset: number, start: Place): Place {
  const { line, column } = locate(text, offset);
  return { file: start.file, line: start.line + line - 1, column: start.column + column - 1 };
}
