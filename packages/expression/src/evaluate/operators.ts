import { type BinaryNode, type Expression, textOf, unreachable } from '../ast.ts';
import { ExpressionError } from '../expression-error.ts';
import { testPattern } from '../functions/pattern.ts';
import { isList, isObject, type Json } from '../json.ts';
import { isUnsafeName } from '../unsafe-names.ts';
import { withArticle } from './access.ts';
import type { Evaluation } from './evaluation.ts';

export function applyBinary(node: BinaryNode, left: Json, right: Json, evaluation: Evaluation): Json {
  switch (node.operator) {
    case '==':
      return evaluation.equal(left, right, node);
    case '!=':
      return !evaluation.equal(left, right, node);
    case '<':
      return compare(left, right, node, evaluation) < 0;
    case '>':
      return compare(left, right, node, evaluation) > 0;
    case '<=':
      return compare(left, right, node, evaluation) <= 0;
    case '>=':
      return compare(left, right, node, evaluation) >= 0;
    case 'in':
      return contains(right, left, node, evaluation);
    case 'not in':
      return !contains(right, left, node, evaluation);
    case 'starts_with':
    case 'ends_with':
    case 'matches':
      return applyTextTest(node.operator, node, left, right, evaluation);
    case '+':
      return add(node, left, right, evaluation);
    case '-':
    case '*':
    case '/':
    case '%':
    case '//':
      if (typeof left !== 'number' || typeof right !== 'number') throw mismatch(node, left, right, 'two numbers');
      return calculate(node.operator, left, right, node);
    default:
      return unreachable(node.operator);
  }
}

function applyTextTest(
  operator: 'starts_with' | 'ends_with' | 'matches',
  node: BinaryNode,
  left: Json,
  right: Json,
  evaluation: Evaluation,
): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') throw mismatch(node, left, right, 'two strings');
  if (operator === 'matches') return testPattern(right, left, evaluation, node.right);
  evaluation.spend(right.length >> 6, node);
  return operator === 'starts_with' ? left.startsWith(right) : left.endsWith(right);
}

function add(node: BinaryNode, left: Json, right: Json, evaluation: Evaluation): Json {
  if (typeof left === 'number' && typeof right === 'number') return checked(left + right, left, right, node);
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.allocate(left.length + right.length, node);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    evaluation.allocate(left.length + right.length, node);
    return [...left, ...right];
  }
  throw mismatch(node, left, right, 'two numbers, two strings or two arrays');
}

function calculate(operator: '-' | '*' | '/' | '%' | '//', left: number, right: number, node: BinaryNode): number {
  if (operator === '-') return checked(left - right, left, right, node);
  if (operator === '*') return checked(left * right, left, right, node);
  if (right === 0) {
    throw new ExpressionError(
      'division_by_zero',
      `\`${textOf(node)}\` divides by zero.`,
      node.span,
      'Write `x / y if y != 0 else …`.',
    );
  }
  if (operator === '/') return checked(left / right, left, right, node);
  if (operator === '//') return checked(Math.floor(left / right), left, right, node);
  // The remainder takes the sign of the divisor, so that a == (a // b) * b + a % b.
  const remainder = left % right;
  return checked(remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder, left, right, node);
}

/** Refuses results that JSON cannot hold and integers that lost their last digits; `-0` becomes `0`. */
export function checked(result: number, left: number, right: number, node: Expression): number {
  const inexact = Number.isInteger(result) && !Number.isSafeInteger(result);
  if (!Number.isFinite(result) || (inexact && Number.isSafeInteger(left) && Number.isSafeInteger(right))) {
    throw new ExpressionError(
      'number_overflow',
      `The result of \`${textOf(node)}\` is too large to be held exactly.`,
      node.span,
      'Integers go up to 9007199254740991.',
    );
  }
  return result + 0;
}

/** Numbers, strings (by UTF-16 units) and lists (item by item) have an order; nothing else has. */
export function compare(left: Json, right: Json, node: Expression, evaluation: Evaluation, depth = 0): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.spend(Math.min(left.length, right.length) >> 6, node);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (isList(left) && isList(right)) {
    evaluation.checkDepth(depth, node);
    const shared = Math.min(left.length, right.length);
    for (let index = 0; index < shared; index++) {
      evaluation.spend(1, node);
      const order = compare(left[index] ?? null, right[index] ?? null, node, evaluation, depth + 1);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  throw new ExpressionError(
    'wrong_type',
    `${capital(withArticle(left))} and ${withArticle(right)} have no order (\`${textOf(node)}\`).`,
    node.span,
    hintFor(left, right) ?? 'Two numbers, two strings or two arrays of them can be compared.',
  );
}

/** An item of a list, a key of an object, or a part of a string. */
export function contains(haystack: Json, needle: Json, node: Expression, evaluation: Evaluation): boolean {
  if (isList(haystack)) {
    for (const item of haystack) {
      evaluation.spend(1, node);
      if (evaluation.equal(item, needle, node)) return true;
    }
    return false;
  }
  if (typeof needle === 'string') {
    if (typeof haystack === 'string') {
      evaluation.spend(haystack.length >> 4, node);
      return haystack.includes(needle);
    }
    if (isObject(haystack)) return !isUnsafeName(needle) && Object.hasOwn(haystack, needle);
  }
  throw new ExpressionError(
    'wrong_type',
    `Nothing can be searched for ${withArticle(needle)} in ${withArticle(haystack)} (\`${textOf(node)}\`).`,
    node.span,
    'Any value can be in an array; only a string can be in a string or a key of an object.',
  );
}

function mismatch(node: BinaryNode, left: Json, right: Json, expected: string): ExpressionError {
  return new ExpressionError(
    'wrong_type',
    `\`${node.operator}\` takes ${expected}, but \`${textOf(node.left)}\` is ${withArticle(left)} and ` +
      `\`${textOf(node.right)}\` is ${withArticle(right)}.`,
    node.span,
    hintFor(left, right) ?? (isObject(left) && isObject(right) ? 'merge() joins objects.' : undefined),
  );
}

function hintFor(left: Json, right: Json): string | undefined {
  const types = [typeof left, typeof right];
  if (left === null || right === null) return 'Values can be null: `| default(…)` gives another one.';
  if (types.includes('string') && types.includes('number')) {
    return 'Types never convert by themselves: use number() or string().';
  }
  return undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
