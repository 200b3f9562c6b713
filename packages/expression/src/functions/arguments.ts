import { type CallNode, textOf } from '../ast.ts';
import { withArticle } from '../evaluate/access.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, isObject, type Json, type JsonObject } from '../json.ts';
import type { Span } from '../span.ts';

/** What the functions ask of their arguments. Each gives the argument in its type, or fails at the argument's place. */

export function textAt(args: readonly Json[], index: number, call: CallNode): string {
  const value = args[index] ?? null;
  return typeof value === 'string' ? value : wrongType(value, index, call, 'a string');
}

export function numberAt(args: readonly Json[], index: number, call: CallNode): number {
  const value = args[index] ?? null;
  return typeof value === 'number' ? value : wrongType(value, index, call, 'a number');
}

export function integerAt(args: readonly Json[], index: number, call: CallNode): number {
  const value = numberAt(args, index, call);
  if (!Number.isSafeInteger(value))
    badArgument(`Argument ${index + 1} of ${call.name}() must be an integer.`, index, call);
  return value;
}

export function listAt(args: readonly Json[], index: number, call: CallNode): readonly Json[] {
  const value = args[index] ?? null;
  return isList(value) ? value : wrongType(value, index, call, 'an array');
}

export function objectAt(args: readonly Json[], index: number, call: CallNode): JsonObject {
  const value = args[index] ?? null;
  return isObject(value) ? value : wrongType(value, index, call, 'an object');
}

/** True when the argument was left out. A `null` that stands there counts as given. */
export function absent(args: readonly Json[], index: number): boolean {
  return index >= args.length;
}

export function wrongType(value: Json, index: number, call: CallNode, expected: string): never {
  const node = call.args[index];
  const what = node === undefined ? '' : ` (\`${textOf(node)}\`)`;
  throw new ExpressionError(
    'wrong_type',
    `Argument ${index + 1} of ${call.name}()${what} is ${withArticle(value)}; it must be ${expected}.`,
    placeOf(index, call),
    remedy(value, expected),
  );
}

function remedy(value: Json, expected: string): string | undefined {
  if (value === null) return 'Values can be null: `| default(…)` gives another one.';
  if (expected === 'a string' && typeof value !== 'object') return 'Use string() to make one.';
  if (expected === 'a number' && typeof value === 'string') return 'Use number() to make one.';
  return undefined;
}

/** Fails with `bad_argument` at the place of an argument; `index` -1 means the whole call. */
export function badArgument(message: string, index: number, call: CallNode, hint?: string): never {
  throw new ExpressionError('bad_argument', message, placeOf(index, call), hint);
}

function placeOf(index: number, call: CallNode): Span {
  return call.args[index]?.span ?? call.span;
}
