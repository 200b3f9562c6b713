import type { CallNode, Expression, IndexNode, LiteralNode, MemberNode, NameNode, SliceNode } from '../ast.ts';
import type { Span } from '../span.ts';
import { refuseUnsafeName } from '../unsafe-names.ts';
import type { Cursor } from './cursor.ts';
import { reservedWords } from './infix.ts';
import { parseArguments, parseListLiteral, parseObjectLiteral } from './parse-collection.ts';
import { parseConditional } from './parse-expression.ts';

/** `operand | filter | filter(args)`. */
export function parseFiltered(cursor: Cursor): Expression {
  let piped = parsePostfix(cursor);
  while (cursor.takeSymbol('|')) {
    const token = cursor.token;
    if (token.kind !== 'name') {
      const hint = cursor.isSymbol('|') ? 'Write `or`.' : 'For example `name | upper`.';
      cursor.fail(`Expected the name of a filter after \`|\`, found ${cursor.describe()}.`, hint);
    }
    const nameSpan = { start: token.start, end: token.end };
    refuseUnsafeName(token.text, nameSpan);
    cursor.advance();
    const args = cursor.isSymbol('(') ? parseArguments(cursor) : [];
    piped = call(cursor, token.text, nameSpan, [piped, ...args], piped.span.start, 'filter');
  }
  return piped;
}

function call(
  cursor: Cursor,
  name: string,
  nameSpan: Span,
  args: readonly Expression[],
  start: number,
  form: CallNode['form'],
): CallNode {
  const span = { start, end: cursor.consumedEnd };
  return cursor.grow({ kind: 'call', source: cursor.source, span, name, nameSpan, args, form }, ...args);
}

/** `operand.field`, `operand?.field`, `operand[index]` and `operand[from:to]`, in any number. */
function parsePostfix(cursor: Cursor): Expression {
  const { start } = cursor.token;
  let object = parsePrimary(cursor);
  for (;;) {
    if (cursor.isSymbol('.')) object = parseField(cursor, object, start, false);
    else if (cursor.isSymbol('[')) object = parseIndex(cursor, object, start, false);
    else if (cursor.isSymbol('?.')) {
      if (cursor.source.charAt(cursor.token.end) === '[') {
        cursor.advance();
        object = parseIndex(cursor, object, start, true);
      } else object = parseField(cursor, object, start, true);
    } else if (cursor.isSymbol('(')) {
      cursor.fail(
        'Only functions can be called, by their name.',
        'Values have no methods: write `upper(name)` or `name | upper`.',
      );
    } else return object;
  }
}

function parseField(cursor: Cursor, object: Expression, start: number, optional: boolean): MemberNode | IndexNode {
  const field = cursor.advanceOverField();
  const span = { start, end: field.end };
  if (/^[0-9]+$/.test(field.text)) {
    const literal = { start: field.start, end: field.end };
    const index = cursor.grow<LiteralNode>({
      kind: 'literal',
      source: cursor.source,
      span: literal,
      value: Number(field.text),
    });
    return cursor.grow({ kind: 'index', source: cursor.source, span, object, index, optional }, object, index);
  }
  refuseUnsafeName(field.text, { start: field.start, end: field.end });
  return cursor.grow({ kind: 'member', source: cursor.source, span, object, name: field.text, optional }, object);
}

function parseIndex(cursor: Cursor, object: Expression, start: number, optional: boolean): IndexNode | SliceNode {
  const opening = cursor.token;
  cursor.advance();
  const from = cursor.isSymbol(':') ? undefined : parseConditional(cursor);
  const sliced = cursor.takeSymbol(':');
  const to = sliced && !cursor.isSymbol(']') ? parseConditional(cursor) : undefined;
  cursor.expectSymbol(']', 'to close the `[`');
  const span = { start, end: cursor.consumedEnd };
  if (sliced) {
    if (optional) cursor.fail('`?.` cannot stand before a slice.', undefined, { start: opening.start, end: span.end });
    return cursor.grow({ kind: 'slice', source: cursor.source, span, object, from, to }, object, from, to);
  }
  if (from === undefined) cursor.fail('An index is missing here.');
  if (from.kind === 'literal' && typeof from.value === 'string') refuseUnsafeName(from.value, from.span);
  return cursor.grow({ kind: 'index', source: cursor.source, span, object, index: from, optional }, object, from);
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.token;
  switch (token.kind) {
    case 'number':
    case 'string':
      return literal(cursor, token.value);
    case 'name':
      return parseWord(cursor, token.text);
    case 'symbol':
      if (token.text === '[') return parseListLiteral(cursor);
      if (token.text === '{') return parseObjectLiteral(cursor);
      if (token.text === '(') return parseParentheses(cursor);
      return failWithoutOperand(cursor);
    case 'end':
      return failWithoutOperand(cursor);
  }
}

function failWithoutOperand(cursor: Cursor): never {
  const hint = cursor.isSymbol('.')
    ? 'To print braces as they are, write {% raw %}…{% endraw %} around them.'
    : undefined;
  cursor.fail(`Expected a value, found ${cursor.describe()}.`, hint);
}

function literal(cursor: Cursor, value: LiteralNode['value']): LiteralNode {
  const { start, end } = cursor.token;
  cursor.advance();
  return cursor.grow({ kind: 'literal', source: cursor.source, span: { start, end }, value });
}

function parseWord(cursor: Cursor, word: string): Expression {
  if (word === 'true') return literal(cursor, true);
  if (word === 'false') return literal(cursor, false);
  if (word === 'null') return literal(cursor, null);
  if (reservedWords.has(word)) {
    const hint = word === 'not' ? 'Put it into parentheses: `(not x)`.' : undefined;
    cursor.fail(`Expected a value, found the word \`${word}\`.`, hint);
  }
  const { start, end } = cursor.token;
  refuseUnsafeName(word, { start, end });
  cursor.advance();
  if (cursor.isSymbol('(')) {
    const args = parseArguments(cursor);
    return call(cursor, word, { start, end }, args, start, 'function');
  }
  return cursor.grow<NameNode>({ kind: 'name', source: cursor.source, span: { start, end }, name: word });
}

/** Parentheses leave no node of their own, but the span of what they hold includes them. */
function parseParentheses(cursor: Cursor): Expression {
  const { start } = cursor.token;
  cursor.advance();
  const inner = parseConditional(cursor);
  cursor.expectSymbol(')', 'to close the `(`');
  return cursor.grow({ ...inner, span: { start, end: cursor.consumedEnd } }, inner);
}
