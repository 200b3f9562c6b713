import { ExpressionError } from '../expression-error.ts';
import { isList, type Json } from '../json.ts';
import { indexInText, sliceText } from '../text.ts';
import { absent, badArgument, integerAt, textAt, wrongType } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';

/** Functions that take lists and strings alike. */
export const sequenceFunctions: readonly Builtin[] = [
  /** A part of a list or string, as `value[start:end]`. */
  plain('slice(value, start, end?)', (args, call, evaluation) => {
    const [value = null] = args;
    const start = integerAt(args, 1, call);
    const end = absent(args, 2) ? undefined : integerAt(args, 2, call);
    if (typeof value === 'string') {
      evaluation.allocate(value.length, call);
      return sliceText(value, start, end);
    }
    if (!isList(value)) return wrongType(value, 0, call, 'an array or string');
    evaluation.allocate(value.length, call);
    return value.slice(start, end);
  }),
  /** Where an item of a list or a part of a string first stands, or -1. */
  plain('index_of(value, part)', (args, call, evaluation) => {
    const [value = null, part = null] = args;
    if (!isList(value))
      return typeof value === 'string'
        ? indexInText(value, textAt(args, 1, call))
        : wrongType(value, 0, call, 'an array or string');
    return value.findIndex((item) => {
      evaluation.spend(1, call);
      return evaluation.equal(item, part, call);
    });
  }),
  /** How many items of a list equal `part`, or how often a string holds it; without `part`, all of them. */
  plain('count(value, part?)', (args, call, evaluation) => {
    const [value = null, part = null] = args;
    if (isList(value)) {
      if (absent(args, 1)) return value.length;
      return value.reduce<number>((count, item) => {
        evaluation.spend(1, call);
        return evaluation.equal(item, part, call) ? count + 1 : count;
      }, 0);
    }
    if (typeof value !== 'string') return wrongType(value, 0, call, 'an array or string');
    if (absent(args, 1)) return Array.from(value).length;
    const text = textAt(args, 1, call);
    if (text === '') badArgument('count() cannot look for an empty text.', 1, call);
    let count = 0;
    for (let at = value.indexOf(text); at !== -1; at = value.indexOf(text, at + text.length)) count++;
    return count;
  }),
  /** The first item of a list or character of a string; null when it is empty. */
  plain('first(value)', ([value = null], call) => {
    if (typeof value === 'string') return sliceText(value, 0, 1) || null;
    return isList(value) ? (value[0] ?? null) : wrongType(value, 0, call, 'an array or string');
  }),
  /** The last item of a list or character of a string; null when it is empty. */
  plain('last(value)', ([value = null], call) => {
    if (typeof value === 'string') return sliceText(value, -1, undefined) || null;
    return isList(value) ? (value.at(-1) ?? null) : wrongType(value, 0, call, 'an array or string');
  }),
  /** Integers: range(end) from 0, range(start, end), range(start, end, step); `end` itself is left out. */
  plain('range(start, end?, step?)', (args, call, evaluation) => {
    const only = absent(args, 1);
    const start = only ? 0 : integerAt(args, 0, call);
    const end = integerAt(args, only ? 0 : 1, call);
    const step = absent(args, 2) ? 1 : integerAt(args, 2, call);
    if (step === 0) badArgument('The step of range() cannot be 0.', 2, call);
    const count = Math.max(0, Math.ceil((end - start) / step));
    if (count > evaluation.budget.range) {
      throw new ExpressionError(
        'budget_exceeded',
        `range() would give ${count} numbers; at most ${evaluation.budget.range} are allowed (budget \`range\`).`,
        call.span,
        'Use a smaller range.',
      );
    }
    evaluation.allocate(count, call);
    return Array.from({ length: count }, (_, index): Json => start + index * step);
  }),
];
