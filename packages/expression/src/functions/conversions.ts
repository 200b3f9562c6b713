import { textOf } from '../ast.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, isObject, renderText, truthy, typeOf } from '../json.ts';
import { characterCount } from '../text.ts';
import { badArgument, wrongType } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';

const numberText = /^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const trueTexts: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const falseTexts: ReadonlySet<string> = new Set(['false', 'no', 'off', '0', '']);

/** A string, trimmed, as a number in decimal notation; fails on anything else, and on integers beyond 2^53. */
function parseNumber(text: string, call: Parameters<typeof badArgument>[2]): number {
  const trimmed = text.trim();
  const value = Number(trimmed);
  const integer = /^[+-]?[0-9]+$/.test(trimmed);
  if (!numberText.test(trimmed)) {
    badArgument(
      `${call.name}() cannot read \`${text.slice(0, 40)}\` as a number.`,
      0,
      call,
      'Numbers look like 12, -0.5 or 1e6.',
    );
  }
  if (integer ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
    throw new ExpressionError('number_overflow', `${textOf(call)} is too large to be held exactly.`, call.span);
  }
  return value + 0;
}

export const conversionFunctions: readonly Builtin[] = [
  /** The text that the value gives inside a template. */
  plain('string(value)', ([value = null], call, evaluation) => {
    evaluation.measure(value, call);
    return renderText(value);
  }),
  /** A number from a number, a string in decimal notation, or true (1) and false (0). */
  plain('number(value)', ([value = null], call) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    return typeof value === 'string'
      ? parseNumber(value, call)
      : wrongType(value, 0, call, 'a number, string or boolean');
  }),
  /** As number(), without what stands after the point. */
  plain('int(value)', ([value = null], call) => {
    if (typeof value === 'number') return Math.trunc(value) + 0;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'string') return Math.trunc(parseNumber(value, call)) + 0;
    return wrongType(value, 0, call, 'a number, string or boolean');
  }),
  /** Strings by their meaning (true yes on 1, false no off 0 and the empty one, in any case); other values by truth. */
  plain('bool(value)', ([value = null], call) => {
    if (typeof value !== 'string') return truthy(value);
    const text = value.trim().toLowerCase();
    if (trueTexts.has(text)) return true;
    if (falseTexts.has(text)) return false;
    return badArgument(
      `bool() cannot read \`${value.slice(0, 40)}\` as true or false.`,
      0,
      call,
      'It knows true, yes, on, 1 and false, no, off, 0. To ask whether a string is there, compare it with "".',
    );
  }),
  /** null, boolean, number, string, array or object. */
  plain('type_of(value)', ([value = null]) => typeOf(value)),
  /** Characters of a string, items of a list, fields of an object. */
  plain('length(value)', ([value = null], call) => {
    if (typeof value === 'string') return characterCount(value);
    if (isList(value)) return value.length;
    return isObject(value) ? Object.keys(value).length : wrongType(value, 0, call, 'a string, array or object');
  }),
];
