import type { CallNode } from '../ast.ts';
import { withArticle } from '../evaluate/access.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { checked, compare } from '../evaluate/operators.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, type Json } from '../json.ts';
import { absent, badArgument, integerAt, numberAt } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';

/** Rounds half away from zero in decimal notation, so that round(1.005, 2) is 1.01. */
function roundTo(value: number, digits: number): number {
  const shifted = shift(Math.abs(value), digits);
  // Beyond 2^53 there are no digits after the point to round.
  if (!Number.isFinite(shifted) || shifted > Number.MAX_SAFE_INTEGER) return value;
  return Math.sign(value) * shift(Math.round(shifted), -digits) + 0;
}

/** Moves the decimal point in the written number, which is exact where multiplying is not. */
function shift(value: number, digits: number): number {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  return Number(`${mantissa}e${Number(exponent) + digits}`);
}

function pickExtreme(args: readonly Json[], call: CallNode, evaluation: Evaluation, sign: 1 | -1): Json {
  const [first = null] = args;
  const list = args.length === 1 && isList(first) ? first : args;
  let best = list[0];
  if (best === undefined) {
    badArgument(`${call.name}() of an empty array has no value.`, 0, call, `Write \`x | ${call.name} if x else …\`.`);
  }
  // Also checks a single item: it must be something that has an order.
  for (const item of list) {
    evaluation.spend(1, call);
    if (compare(item, best, call, evaluation) * sign > 0) best = item;
  }
  return best;
}

function finite(value: number, call: CallNode): number {
  if (Number.isFinite(value)) return value + 0;
  throw new ExpressionError('number_overflow', `The result of ${call.name}() is too large.`, call.span);
}

export const numberFunctions: readonly Builtin[] = [
  plain('abs(number)', (args, call) => Math.abs(numberAt(args, 0, call))),
  plain('floor(number)', (args, call) => Math.floor(numberAt(args, 0, call)) + 0),
  plain('ceil(number)', (args, call) => Math.ceil(numberAt(args, 0, call)) + 0),
  /** To so many digits after the point (0; negative for tens, hundreds …), half away from zero. */
  plain('round(number, digits?)', (args, call) => {
    const digits = absent(args, 1) ? 0 : integerAt(args, 1, call);
    if (Math.abs(digits) > 15) badArgument('round() takes between -15 and 15 digits.', 1, call);
    return finite(roundTo(numberAt(args, 0, call), digits), call);
  }),
  /** The least item of a list, or of several arguments: numbers, or strings. */
  plain('min(list, …)', (args, call, evaluation) => pickExtreme(args, call, evaluation, -1)),
  /** The greatest item of a list, or of several arguments. */
  plain('max(list, …)', (args, call, evaluation) => pickExtreme(args, call, evaluation, 1)),
];

/** Adds numbers up; the sum of none is 0. */
export function sumOf(values: readonly Json[], call: CallNode, evaluation: Evaluation): number {
  let sum = 0;
  for (const value of values) {
    evaluation.spend(1, call);
    if (typeof value !== 'number') {
      throw new ExpressionError(
        'wrong_type',
        `sum() adds numbers, but found ${withArticle(value)}.`,
        call.args[1]?.span ?? call.args[0]?.span ?? call.span,
        'Take a number from each item: `sum(list, it.size)`.',
      );
    }
    sum = checked(sum + value, sum, value, call);
  }
  return sum;
}
