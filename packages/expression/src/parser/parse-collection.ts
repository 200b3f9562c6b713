import type { Expression, ListNode, ObjectNode } from '../ast.ts';
import { refuseUnsafeName } from '../unsafe-names.ts';
import type { Cursor } from './cursor.ts';
import { parseConditional } from './parse-expression.ts';

/** `(a, b)`; the cursor stands at the opening parenthesis. A comma may stand after the last argument. */
export function parseArguments(cursor: Cursor): readonly Expression[] {
  return parseItems(cursor, ')', 'after the arguments');
}

/** `[a, b]`. */
export function parseListLiteral(cursor: Cursor): ListNode {
  const { start } = cursor.token;
  const items = parseItems(cursor, ']', 'after the items of the list');
  const span = { start, end: cursor.consumedEnd };
  return cursor.grow({ kind: 'list', source: cursor.source, span, items }, ...items);
}

function parseItems(cursor: Cursor, closing: ')' | ']', purpose: string): readonly Expression[] {
  cursor.advance();
  const items: Expression[] = [];
  while (!cursor.isSymbol(closing)) {
    items.push(parseConditional(cursor));
    if (!cursor.takeSymbol(',')) break;
  }
  cursor.expectSymbol(closing, purpose);
  return items;
}

/** `{key: value, "other key": value}`. A key is a name or a string, never computed; twice the same key is an error. */
export function parseObjectLiteral(cursor: Cursor): ObjectNode {
  const { start } = cursor.token;
  cursor.advance();
  const entries: { key: string; value: Expression }[] = [];
  const seen = new Set<string>();
  while (!cursor.isSymbol('}')) {
    const key = parseKey(cursor, seen);
    seen.add(key);
    cursor.expectSymbol(':', `after the key \`${key.slice(0, 40)}\``);
    entries.push({ key, value: parseConditional(cursor) });
    if (!cursor.takeSymbol(',')) break;
  }
  cursor.expectSymbol('}', 'after the entries of the object');
  const span = { start, end: cursor.consumedEnd };
  const values = entries.map((entry) => entry.value);
  return cursor.grow({ kind: 'object', source: cursor.source, span, entries }, ...values);
}

function parseKey(cursor: Cursor, seen: ReadonlySet<string>): string {
  const token = cursor.token;
  if (token.kind !== 'name' && token.kind !== 'string') {
    cursor.fail(
      `Expected a key, found ${cursor.describe()}.`,
      'A key is a name or a string: `{name: 1, "other name": 2}`.',
    );
  }
  const key = token.kind === 'name' ? token.text : token.value;
  refuseUnsafeName(key, { start: token.start, end: token.end });
  if (seen.has(key)) cursor.fail(`The key \`${key.slice(0, 40)}\` stands twice in this object.`);
  cursor.advance();
  return key;
}
