import type { Expression } from '../ast.ts';
import { type Budget, defaultBudget } from '../budget.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, type Json } from '../json.ts';
import type { Span } from '../span.ts';
import type { Scope } from './scope.ts';

/** A name that the expression itself brings in: `it`, the names of a `{% for %}`, `loop`. The innermost comes first. */
export type Local = Readonly<{ name: string; value: Json; outer: Local | undefined }>;

type Placed = Readonly<{ span: Span }>;

/**
 * One evaluation of an expression or template: what it sees and what it may still spend. After an error it is thrown away,
 * so nothing here is restored on the way out of one.
 */
export class Evaluation {
  readonly scope: Scope;
  readonly budget: Budget;
  locals: Local | undefined = undefined;
  #steps = 0;
  #depth = 0;
  #size = 0;

  constructor(scope: Scope) {
    this.scope = scope;
    this.budget = scope.budget === undefined ? defaultBudget : { ...defaultBudget, ...scope.budget };
  }

  /** Characters and items that may still be made. */
  get sizeLeft(): number {
    return this.budget.outputSize - this.#size;
  }

  enter(node: Expression): void {
    if (++this.#steps > this.budget.steps) this.#fail('steps', this.budget.steps, 'steps of work', node);
    if (++this.#depth > this.budget.depth) this.#fail('depth', this.budget.depth, 'levels of nesting', node);
  }

  leave(): void {
    this.#depth--;
  }

  /** Takes `steps` units of work off the budget, before the work is done. */
  spend(steps: number, at: Placed): void {
    this.#steps += steps;
    if (this.#steps > this.budget.steps) this.#fail('steps', this.budget.steps, 'steps of work', at);
  }

  /** Takes the size of a value off the budget, before the value is made. */
  allocate(size: number, at: Placed): void {
    this.#size += size;
    if (this.#size > this.budget.outputSize) {
      this.#fail('outputSize', this.budget.outputSize, 'characters and items of output', at);
    }
  }

  /**
   * Takes a whole value off the size budget, as JSON would write it. A value may hold one list a million times over and
   * be small in memory; this is what keeps it from being written out.
   */
  measure(value: Json, at: Placed): void {
    this.#measure(value, at, 0);
  }

  #measure(value: Json, at: Placed, depth: number): void {
    this.checkDepth(depth, at);
    this.allocate(typeof value === 'string' ? value.length + 1 : 1, at);
    if (typeof value !== 'object' || value === null) return;
    if (isList(value)) {
      for (const item of value) this.#measure(item, at, depth + 1);
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      this.allocate(key.length, at);
      this.#measure(item, at, depth + 1);
    }
  }

  checkDepth(depth: number, at: Placed): void {
    if (depth > this.budget.depth) this.#fail('depth', this.budget.depth, 'levels of nesting', at);
  }

  /** As `deepEqual`, with each pair that is compared taken off the budget. */
  equal(a: Json, b: Json, at: Placed, depth = 0): boolean {
    if (a === b) {
      if (typeof a === 'string') this.spend(a.length >> 6, at);
      return true;
    }
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
      if (typeof a === 'string' && typeof b === 'string') this.spend(Math.min(a.length, b.length) >> 6, at);
      return false;
    }
    this.checkDepth(depth, at);
    if (isList(a)) {
      if (!isList(b) || a.length !== b.length) return false;
      for (let index = 0; index < a.length; index++) {
        this.spend(1, at);
        if (!this.equal(a[index] ?? null, b[index] ?? null, at, depth + 1)) return false;
      }
      return true;
    }
    if (isList(b)) return false;
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    for (const key of keys) {
      this.spend(1, at);
      if (!Object.hasOwn(b, key) || !this.equal(a[key] ?? null, b[key] ?? null, at, depth + 1)) return false;
    }
    return true;
  }

  #fail(name: keyof Budget, limit: number, what: string, at: Placed): never {
    throw new ExpressionError(
      'budget_exceeded',
      `The expression needs more than ${limit} ${what} (budget \`${name}\`).`,
      at.span,
      'Work on less data, or do this in a step of its own.',
    );
  }
}
