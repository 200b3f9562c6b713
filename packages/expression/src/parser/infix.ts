import type { BinaryOperator } from '../ast.ts';
import type { Cursor } from './cursor.ts';

/** How tightly operators bind; a higher number binds tighter. */
export const level = { or: 1, and: 2, not: 3, comparison: 4, sum: 5, product: 6 } as const;

export type Infix = Readonly<{ level: number; tokens: 1 | 2 | 3 }> &
  Readonly<
    | { kind: 'logical'; operator: 'and' | 'or' }
    | { kind: 'binary'; operator: BinaryOperator }
    | { kind: 'defined'; negated: boolean }
  >;

const symbols: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ['==', '=='],
  ['!=', '!='],
  ['<', '<'],
  ['>', '>'],
  ['<=', '<='],
  ['>=', '>='],
  ['+', '+'],
  ['-', '-'],
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
  ['//', '//'],
]);

const words: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ['in', 'in'],
  ['starts_with', 'starts_with'],
  ['ends_with', 'ends_with'],
  ['matches', 'matches'],
]);

/** Words that cannot name a value. `is` and `defined` are not among them: they mean something only after a value. */
export const reservedWords: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'if',
  'else',
  'true',
  'false',
  'null',
]);

/** The operator at the cursor, which stands after a complete operand; undefined when none stands there. */
export function infixAt(cursor: Cursor): Infix | undefined {
  const token = cursor.token;
  if (token.kind === 'symbol') {
    const operator = symbols.get(token.text);
    return operator === undefined ? undefined : { kind: 'binary', operator, level: levelOf(operator), tokens: 1 };
  }
  if (token.kind !== 'name') return undefined;
  switch (token.text) {
    case 'and':
      return { kind: 'logical', operator: 'and', level: level.and, tokens: 1 };
    case 'or':
      return { kind: 'logical', operator: 'or', level: level.or, tokens: 1 };
    case 'not':
      return { kind: 'binary', operator: 'not in', level: level.comparison, tokens: 2 };
    case 'is':
      return { kind: 'defined', negated: false, level: level.comparison, tokens: 2 };
    default: {
      const operator = words.get(token.text);
      return operator === undefined ? undefined : { kind: 'binary', operator, level: level.comparison, tokens: 1 };
    }
  }
}

function levelOf(operator: BinaryOperator): number {
  switch (operator) {
    case '+':
    case '-':
      return level.sum;
    case '*':
    case '/':
    case '%':
    case '//':
      return level.product;
    default:
      return level.comparison;
  }
}
