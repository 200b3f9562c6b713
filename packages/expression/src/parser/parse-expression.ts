import type {
  BinaryNode,
  BinaryOperator,
  ConditionalNode,
  DefinedNode,
  Expression,
  LogicalNode,
  UnaryNode,
} from '../ast.ts';
import { parseLimits } from '../budget.ts';
import { ExpressionError } from '../expression-error.ts';
import type { Closing } from '../lexer.ts';
import { Cursor } from './cursor.ts';
import { infixAt, level } from './infix.ts';
import { parseFiltered } from './parse-operand.ts';

/** Parses a whole text as one expression. Throws an `ExpressionError` whose span lies in `source`. */
export function parseExpression(source: string): Expression {
  return parseExpressionAt(source, 0, 'end of text').expression;
}

/**
 * Parses the expression at `offset` of a longer text, up to its closing mark, which is left to the caller: `end` is where
 * it starts, with white space before it skipped.
 */
export function parseExpressionAt(
  source: string,
  offset: number,
  closing: Closing,
): Readonly<{ expression: Expression; end: number; nodes: number }> {
  refuseLongSource(source);
  const cursor = new Cursor(source, offset, closing);
  if (cursor.token.kind === 'end' || (closing === '}}' && cursor.isSymbol('}'))) {
    cursor.fail('An expression is missing here.');
  }
  const expression = parseConditional(cursor);
  const ended =
    cursor.token.kind === 'end' ||
    (closing === '}}' && cursor.isSymbol('}') && source.startsWith('}}', cursor.token.start));
  if (!ended) failAfterExpression(cursor);
  return { expression, end: cursor.token.start, nodes: cursor.nodes };
}

export function refuseLongSource(source: string): void {
  if (source.length <= parseLimits.sourceLength) return;
  throw new ExpressionError(
    'budget_exceeded',
    `The text has ${source.length} characters; at most ${parseLimits.sourceLength} are parsed.`,
    { start: parseLimits.sourceLength, end: source.length },
    'Move it into a file.',
  );
}

/** The loosest level: `value if condition else otherwise`. */
export function parseConditional(cursor: Cursor): Expression {
  return cursor.nested(() => {
    const value = parseLevel(cursor, level.or);
    if (!cursor.isWord('if')) return value;
    cursor.advance();
    const condition = parseLevel(cursor, level.or);
    if (!cursor.isWord('else')) {
      cursor.fail(
        `Expected \`else\` after the condition, found ${cursor.describe()}.`,
        'Write `value if condition else other`.',
      );
    }
    cursor.advance();
    const otherwise = parseConditional(cursor);
    const span = { start: value.span.start, end: cursor.consumedEnd };
    const node: ConditionalNode = { kind: 'conditional', source: cursor.source, span, condition, value, otherwise };
    return cursor.grow(node, condition, value, otherwise);
  });
}

/** Operators that bind at least as tightly as `lowest`. */
function parseLevel(cursor: Cursor, lowest: number): Expression {
  let left = cursor.isWord('not') ? parseNot(cursor, lowest) : parseUnary(cursor);
  let compared = false;
  for (;;) {
    const infix = infixAt(cursor);
    if (infix === undefined || infix.level < lowest) return left;
    if (infix.level === level.comparison) {
      if (compared) {
        cursor.fail('Comparisons cannot be chained.', 'Write `a < b and b < c`, or put one of them into parentheses.');
      }
      compared = true;
    }
    cursor.advance();
    if (infix.kind === 'defined') {
      left = parseDefined(cursor, left);
      continue;
    }
    if (infix.tokens === 2) {
      if (!cursor.isWord('in')) cursor.fail(`Expected \`in\` after \`not\`, found ${cursor.describe()}.`);
      cursor.advance();
    }
    const right = parseLevel(cursor, infix.level + 1);
    left =
      infix.kind === 'logical'
        ? logical(cursor, infix.operator, left, right)
        : binary(cursor, infix.operator, left, right);
  }
}

function logical(cursor: Cursor, operator: 'and' | 'or', left: Expression, right: Expression): LogicalNode {
  const span = { start: startOf(left), end: cursor.consumedEnd };
  return cursor.grow({ kind: 'logical', source: cursor.source, span, operator, left, right }, left, right);
}

function binary(cursor: Cursor, operator: BinaryOperator, left: Expression, right: Expression): BinaryNode {
  const span = { start: startOf(left), end: cursor.consumedEnd };
  return cursor.grow({ kind: 'binary', source: cursor.source, span, operator, left, right }, left, right);
}

function startOf(node: Expression): number {
  return node.span.start;
}

function parseNot(cursor: Cursor, lowest: number): UnaryNode {
  if (lowest > level.not) {
    cursor.fail('`not` binds looser than the operator before it.', 'Put it into parentheses: `a == (not b)`.');
  }
  const start = cursor.token.start;
  return cursor.nested(() => {
    cursor.advance();
    const operand = parseLevel(cursor, level.not);
    const span = { start, end: cursor.consumedEnd };
    return cursor.grow({ kind: 'unary', source: cursor.source, span, operator: 'not', operand }, operand);
  });
}

/** After `is`: `defined` or `not defined`. */
function parseDefined(cursor: Cursor, operand: Expression): DefinedNode {
  const negated = cursor.isWord('not');
  if (negated) cursor.advance();
  if (!cursor.isWord('defined')) {
    cursor.fail(
      `Expected \`defined\` after \`is${negated ? ' not' : ''}\`, found ${cursor.describe()}.`,
      'The only test is `is defined` (and `is not defined`); to compare write `==`.',
    );
  }
  cursor.advance();
  const span = { start: operand.span.start, end: cursor.consumedEnd };
  return cursor.grow({ kind: 'defined', source: cursor.source, span, operand, negated }, operand);
}

/** A minus before an operand. It binds looser than filters: `-2 | abs` is `-(2 | abs)`. */
function parseUnary(cursor: Cursor): Expression {
  if (!cursor.isSymbol('-')) return parseFiltered(cursor);
  const start = cursor.token.start;
  return cursor.nested(() => {
    cursor.advance();
    const operand = parseUnary(cursor);
    const span = { start, end: cursor.consumedEnd };
    return cursor.grow({ kind: 'unary', source: cursor.source, span, operator: '-', operand }, operand);
  });
}

function failAfterExpression(cursor: Cursor): never {
  const found = cursor.describe();
  const { token } = cursor;
  if (token.kind === 'symbol' && (token.text === '.' || token.text === '[' || token.text === '?.')) {
    cursor.fail(`${found} cannot follow a filter.`, 'Put the filter into parentheses: `(x | first).name`.');
  }
  if (token.kind === 'name' && (token.text === 'contains' || token.text === 'like')) {
    cursor.fail(`${found} is not an operator.`, 'Write `needle in haystack` or `contains(haystack, needle)`.');
  }
  if (token.kind === 'end' || cursor.closing === 'end of text') {
    cursor.fail(`Expected an operator or the end of the expression, found ${found}.`);
  }
  cursor.fail(`Expected an operator or \`${cursor.closing}\`, found ${found}.`);
}
