/**
 * What one evaluation may cost. A budget that runs out is an error that names it; nothing is cut short silently.
 *
 * - `steps`: units of work. A node of the tree costs one; functions add what their input costs, so that a million steps
 *   take well under a second whatever the expression does.
 * - `depth`: nesting of the evaluation and of the values that it builds, compares or writes.
 * - `outputSize`: characters and items that the evaluation makes, in total, including those it throws away again.
 * - `range`: the most numbers that one `range()` may give.
 */
export type Budget = Readonly<{ steps: number; depth: number; outputSize: number; range: number }>;

export const defaultBudget: Budget = { steps: 1_000_000, depth: 500, outputSize: 8_000_000, range: 100_000 };

/** What the parser takes. These are fixed: whoever meets one should compute the value in a step instead. */
export const parseLimits = {
  /** Characters of an expression or template. */
  sourceLength: 1_000_000,
  /** Parentheses, brackets, braces, prefix operators and `else` branches inside each other. */
  nesting: 200,
  /** Height of the tree, which also bounds chains such as `a + b + c + …`. */
  height: 400,
  /** Nodes of all trees in one text. */
  nodes: 100_000,
  /** `{% if %}` and `{% for %}` inside each other. */
  blocks: 50,
} as const;

/** Regular expressions run in linear time; these keep the factor small. */
export const patternLimits = { length: 1_000, programSize: 5_000 } as const;
