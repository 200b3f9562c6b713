/**
 * A second evaluator for a part of the language, written apart from the real one and as plainly as possible. It works on the
 * generator's own trees, so that parser and evaluator are both checked against it.
 */
export type Tree =
  | Readonly<{ kind: 'value'; value: null | boolean | number | string }>
  | Readonly<{ kind: 'list'; items: readonly Tree[] }>
  | Readonly<{ kind: 'negative' | 'not'; of: Tree }>
  | Readonly<{ kind: 'operator'; operator: string; left: Tree; right: Tree }>
  | Readonly<{ kind: 'if'; condition: Tree; chosen: Tree; otherwise: Tree }>
  | Readonly<{ kind: 'index'; of: Tree; index: number }>
  | Readonly<{ kind: 'slice'; of: Tree; from: number; to: number }>;

export class Refused extends Error {}

type Value = null | boolean | number | string | readonly Value[];

/** The tree as text, with every operator in parentheses or, where `bare`, only where precedence needs them. */
export function write(tree: Tree, bare: boolean, outer = 0): string {
  const parenthesised = (text: string, level: number) => (!bare || level < outer ? `(${text})` : text);
  switch (tree.kind) {
    case 'value':
      return JSON.stringify(tree.value);
    case 'list':
      return `[${tree.items.map((item) => write(item, bare)).join(', ')}]`;
    case 'negative':
      return parenthesised(`-${write(tree.of, bare, 7)}`, 7);
    case 'not':
      return parenthesised(`not ${write(tree.of, bare, 3)}`, 3);
    case 'operator': {
      const level = levels[tree.operator] ?? 0;
      // Comparisons do not chain: an operand that is one needs parentheses on both sides.
      const left = write(tree.left, bare, level === 4 ? 5 : level);
      return parenthesised(`${left} ${tree.operator} ${write(tree.right, bare, level + 1)}`, level);
    }
    case 'if': {
      const [chosen, condition] = [write(tree.chosen, bare, 1), write(tree.condition, bare, 1)];
      return parenthesised(`${chosen} if ${condition} else ${write(tree.otherwise, bare, 0)}`, 0);
    }
    case 'index':
      return `${write(tree.of, bare, 9)}[${tree.index}]`;
    case 'slice':
      return `${write(tree.of, bare, 9)}[${tree.from}:${tree.to}]`;
  }
}

const levels: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '>=': 4,
  in: 4,
  'not in': 4,
  starts_with: 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '//': 6,
};

export const operators: readonly string[] = Object.keys(levels);

export function compute(tree: Tree): Value {
  switch (tree.kind) {
    case 'value':
      return tree.value;
    case 'list':
      return tree.items.map(compute);
    case 'negative': {
      const value = number(compute(tree.of));
      return value === 0 ? 0 : -value;
    }
    case 'not':
      return !isTrue(compute(tree.of));
    case 'if':
      return isTrue(compute(tree.condition)) ? compute(tree.chosen) : compute(tree.otherwise);
    case 'index': {
      const value = compute(tree.of);
      if (typeof value !== 'string' && !Array.isArray(value)) throw new Refused();
      const item: Value | undefined = value.at(tree.index);
      if (item === undefined) throw new Refused();
      return item;
    }
    case 'slice': {
      const value = compute(tree.of);
      if (typeof value !== 'string' && !Array.isArray(value)) throw new Refused();
      return value.slice(tree.from, tree.to);
    }
    case 'operator':
      return operate(tree);
  }
}

function operate(tree: Tree & { kind: 'operator' }): Value {
  const left = compute(tree.left);
  if (tree.operator === 'and' && !isTrue(left)) return false;
  if (tree.operator === 'or' && isTrue(left)) return true;
  const right = compute(tree.right);
  switch (tree.operator) {
    case 'and':
    case 'or':
      return isTrue(right);
    case '==':
      return JSON.stringify(left) === JSON.stringify(right);
    case '!=':
      return JSON.stringify(left) !== JSON.stringify(right);
    case '<':
      return order(left, right) < 0;
    case '>=':
      return order(left, right) >= 0;
    case 'in':
      return holds(right, left);
    case 'not in':
      return !holds(right, left);
    case 'starts_with':
      if (typeof left !== 'string' || typeof right !== 'string') throw new Refused();
      return left.slice(0, right.length) === right;
    case '+':
      if (typeof left === 'string' && typeof right === 'string') return `${left}${right}`;
      if (Array.isArray(left) && Array.isArray(right)) return left.concat(right);
      return numeric(number(left) + number(right), number(left), number(right));
    case '-':
      return numeric(number(left) - number(right), number(left), number(right));
    case '*':
      return numeric(number(left) * number(right), number(left), number(right));
    default:
      return divide(tree.operator, number(left), number(right));
  }
}

function divide(operator: string, left: number, right: number): number {
  if (right === 0) throw new Refused();
  if (operator === '/') return numeric(left / right, left, right);
  if (operator === '//') return numeric(Math.floor(left / right), left, right);
  let remainder = left % right;
  if (remainder !== 0 && Math.sign(remainder) !== Math.sign(right)) remainder += right;
  return numeric(remainder, left, right);
}

/** Integers must stay exact; once a fraction took part, numbers are as exact as floating point is. */
function numeric(value: number, ...operands: readonly number[]): number {
  const exact = operands.every((operand) => Number.isSafeInteger(operand));
  if (!Number.isFinite(value) || (exact && Math.abs(value) > Number.MAX_SAFE_INTEGER)) throw new Refused();
  return value === 0 ? 0 : value;
}

function number(value: Value): number {
  if (typeof value !== 'number') throw new Refused();
  return value;
}

function isTrue(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function holds(haystack: Value, needle: Value): boolean {
  if (Array.isArray(haystack)) return haystack.some((item) => JSON.stringify(item) === JSON.stringify(needle));
  if (typeof haystack !== 'string' || typeof needle !== 'string') throw new Refused();
  return haystack.split(needle).length > 1 || needle === '';
}

function order(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left === right ? 0 : left < right ? -1 : 1;
  if (!Array.isArray(left) || !Array.isArray(right)) throw new Refused();
  const [a, ...restOfLeft] = left;
  const [b, ...restOfRight] = right;
  if (a === undefined || b === undefined) return left.length - right.length;
  return order(a, b) || order(restOfLeft, restOfRight);
}
