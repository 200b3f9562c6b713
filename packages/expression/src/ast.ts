import type { Span } from './span.ts';

/**
 * Every node knows its place: `source` is the whole text that was given to the parser (shared, not copied) and `span` the
 * node's part of it. The tree is plain data, but to store an expression keep its text and parse it again: that is shorter.
 */
type Placed = Readonly<{ source: string; span: Span }>;

export type LiteralNode = Placed & Readonly<{ kind: 'literal'; value: null | boolean | number | string }>;
export type NameNode = Placed & Readonly<{ kind: 'name'; name: string }>;
/** `object.name`, or `object?.name` when `optional`. */
export type MemberNode = Placed & Readonly<{ kind: 'member'; object: Expression; name: string; optional: boolean }>;
/** `object[index]`, or `object?.[index]` when `optional`. */
export type IndexNode = Placed & Readonly<{ kind: 'index'; object: Expression; index: Expression; optional: boolean }>;
/** `object[from:to]`; either end may be left out. */
export type SliceNode = Placed &
  Readonly<{ kind: 'slice'; object: Expression; from: Expression | undefined; to: Expression | undefined }>;
export type ListNode = Placed & Readonly<{ kind: 'list'; items: readonly Expression[] }>;
export type ObjectNode = Placed &
  Readonly<{ kind: 'object'; entries: readonly Readonly<{ key: string; value: Expression }>[] }>;
export type UnaryNode = Placed & Readonly<{ kind: 'unary'; operator: '-' | 'not'; operand: Expression }>;
export type LogicalNode = Placed &
  Readonly<{ kind: 'logical'; operator: 'and' | 'or'; left: Expression; right: Expression }>;
export type BinaryNode = Placed &
  Readonly<{ kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }>;
/** `value if condition else otherwise`. */
export type ConditionalNode = Placed &
  Readonly<{ kind: 'conditional'; condition: Expression; value: Expression; otherwise: Expression }>;
/** `operand is defined`, or `operand is not defined` when `negated`. */
export type DefinedNode = Placed & Readonly<{ kind: 'defined'; operand: Expression; negated: boolean }>;
/** `name(args)` or `args[0] | name(args[1…])`: a filter is a call whose first argument stands before the bar. */
export type CallNode = Placed &
  Readonly<{ kind: 'call'; name: string; nameSpan: Span; args: readonly Expression[]; form: 'function' | 'filter' }>;

export type BinaryOperator =
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | 'in'
  | 'not in'
  | 'starts_with'
  | 'ends_with'
  | 'matches'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '//';

export type Expression =
  | LiteralNode
  | NameNode
  | MemberNode
  | IndexNode
  | SliceNode
  | ListNode
  | ObjectNode
  | UnaryNode
  | LogicalNode
  | BinaryNode
  | ConditionalNode
  | DefinedNode
  | CallNode;

/** The text of a node, for messages; long ones are cut. */
export function textOf(node: Expression): string {
  const text = node.source.slice(node.span.start, node.span.end).replace(/\s+/gu, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Makes the compiler check that a switch over a union names every case. */
export function unreachable(value: never): never {
  throw new TypeError(`No case handles ${JSON.stringify(value)}.`);
}
