import { ExpressionError } from '../expression-error.ts';
import { type Builtin, guard, plain } from './builtin.ts';

export const choiceFunctions: readonly Builtin[] = [
  /** The value, or another one where it is absent or null. The other one is evaluated only when it is needed. */
  guard('default(value, otherwise)', (present, strict) => present(0) ?? strict(1)),
  /** The first of the values that is neither absent nor null; null when there is none. */
  guard('coalesce(value, …)', (present, _strict, count) => {
    for (let index = 0; index < count; index++) {
      const value = present(index) ?? null;
      if (value !== null) return value;
    }
    return null;
  }),
  /** A new random identifier, from the host. */
  plain('uuid()', (_args, call, evaluation) => {
    const { uuid } = evaluation.scope;
    if (uuid !== undefined) return uuid();
    throw new ExpressionError(
      'unavailable',
      'uuid() cannot be used in this place.',
      call.span,
      'Its value would differ each time this is evaluated. Use it in the input of a step.',
    );
  }),
];
