import type { Expression } from '../ast.ts';
import { parseLimits } from '../budget.ts';
import { ExpressionError } from '../expression-error.ts';
import { type Closing, fieldNameAt, type Token, tokenAt } from '../lexer.ts';
import type { Span } from '../span.ts';

/**
 * Where the parser stands: one token of look-ahead over the source, and the counts that keep hostile texts from using up
 * the stack or the memory. Lives for one expression.
 */
export class Cursor {
  readonly source: string;
  readonly closing: Closing;
  token: Token;
  /** Where the last consumed token ended: the end of a node that is complete. */
  consumedEnd: number;
  #nesting = 0;
  #nodes = 0;
  readonly #heights = new Map<Expression, number>();

  constructor(source: string, offset: number, closing: Closing) {
    this.source = source;
    this.closing = closing;
    this.token = tokenAt(source, offset, closing);
    this.consumedEnd = offset;
  }

  get nodes(): number {
    return this.#nodes;
  }

  advance(): void {
    this.consumedEnd = this.token.end;
    this.token = tokenAt(this.source, this.token.end, this.closing);
  }

  /** Consumes `.` or `?.` (the current token) and the field name after it. */
  advanceOverField(): Readonly<{ text: string; start: number; end: number }> {
    const field = fieldNameAt(this.source, this.token.end);
    this.consumedEnd = field.end;
    this.token = tokenAt(this.source, field.end, this.closing);
    return field;
  }

  isSymbol(text: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === text;
  }

  isWord(text: string): boolean {
    return this.token.kind === 'name' && this.token.text === text;
  }

  /** Consumes the symbol if it is next. */
  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.advance();
    return true;
  }

  expectSymbol(text: string, purpose: string, hint?: string): void {
    if (!this.takeSymbol(text)) this.fail(`Expected \`${text}\` ${purpose}, found ${this.describe()}.`, hint);
  }

  /** The current token in words. */
  describe(): string {
    const token = this.token;
    if (token.kind === 'end') {
      return this.closing === 'end of text' || token.start >= this.source.length
        ? 'the end of the text'
        : `\`${this.closing}\``;
    }
    const text = this.source.slice(token.start, token.end);
    return `\`${text.length > 40 ? `${text.slice(0, 37)}...` : text}\``;
  }

  fail(message: string, hint?: string, span?: Span): never {
    const { start, end } = this.token;
    throw new ExpressionError('syntax', message, span ?? { start, end }, hint);
  }

  nested<T>(parse: () => T): T {
    if (++this.#nesting > parseLimits.nesting) {
      throw new ExpressionError(
        'budget_exceeded',
        `The expression is nested more than ${parseLimits.nesting} levels deep.`,
        { start: this.token.start, end: this.token.end },
        'Compute a part of it in a step of its own.',
      );
    }
    const result = parse();
    this.#nesting--;
    return result;
  }

  /** Takes a finished node in, after checking that the tree stays within its limits. */
  grow<N extends Expression>(node: N, ...children: readonly (Expression | undefined)[]): N {
    let height = 0;
    for (const child of children) {
      if (child !== undefined) height = Math.max(height, this.#heights.get(child) ?? 0);
    }
    this.#nodes++;
    if (height >= parseLimits.height || this.#nodes > parseLimits.nodes) {
      throw new ExpressionError(
        'budget_exceeded',
        `The expression has more than ${parseLimits.height} operations in a chain or ${parseLimits.nodes} in all.`,
        node.span,
        'Use a list with join() or sum(), or compute a part of it in a step of its own.',
      );
    }
    this.#heights.set(node, height + 1);
    return node;
  }
}
