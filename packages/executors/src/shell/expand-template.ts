import {
  type Expression,
  ExpressionError,
  evaluate,
  type Json,
  renderText,
  type Scope,
  type TemplatePart,
  truthy,
} from '@millrace/expression';

/** A piece of a `cmd` after its blocks are resolved: text of the author, or a value. Offsets are into the template. */
export type Segment =
  | Readonly<{ kind: 'code'; text: string }>
  | Readonly<{ kind: 'value'; text: string; raw: boolean; offset: number }>;

/** More than this many values in one `cmd` (a loop over a long list) is refused: each becomes an environment variable. */
const maxValues = 10_000;

/**
 * Resolves `{% if %}` and `{% for %}` and evaluates every `{{ }}`, but keeps text and values apart, so that the scanner
 * can treat values as values. `{{ x | raw }}` is marked: its text is taken as code. Throws `ExpressionError`.
 */
export function expandTemplate(parts: readonly TemplatePart[], scope: Scope): Segment[] {
  const segments: Segment[] = [];
  expandInto(segments, parts, scope);
  return segments;
}

function expandInto(segments: Segment[], parts: readonly TemplatePart[], scope: Scope): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        segments.push({ kind: 'code', text: part.text });
        break;
      case 'value':
        segments.push(valueSegment(part.expression, part.span.start, scope));
        break;
      case 'if': {
        const taken = part.branches.find((branch) => truthy(evaluate(branch.condition, scope)));
        expandInto(segments, taken?.parts ?? part.otherwise, scope);
        break;
      }
      case 'for':
        expandLoop(segments, part, scope);
        break;
    }
  }
}

function valueSegment(expression: Expression, offset: number, scope: Scope): Segment {
  const raw = rawOperand(expression);
  return { kind: 'value', text: renderText(evaluate(raw ?? expression, scope)), raw: raw !== undefined, offset };
}

/** The operand of a trailing `| raw`; undefined when the expression does not end in it. */
function rawOperand(expression: Expression): Expression | undefined {
  if (expression.kind !== 'call' || expression.form !== 'filter' || expression.name !== 'raw') return undefined;
  return expression.args.length === 1 ? expression.args[0] : undefined;
}

function expandLoop(segments: Segment[], part: Loop, scope: Scope): void {
  const bindings = loopBindings(part, evaluate(part.list, scope));
  if (bindings.length === 0) expandInto(segments, part.otherwise, scope);
  for (const [index0, names] of bindings.entries()) {
    const { length } = bindings;
    // The same `loop` as in every other template.
    const loop = { index: index0 + 1, index0, first: index0 === 0, last: index0 === length - 1, length };
    expandInto(segments, part.parts, { ...scope, names: { ...scope.names, loop, ...names } });
    if (segments.length > maxValues * 2) {
      throw new ExpressionError(
        'budget_exceeded',
        `the loop writes more than ${maxValues} values into one command`,
        part.span,
        "Pass the list as one value (JSON) through `env` or the step's input file, and loop in the script.",
      );
    }
  }
}

type Loop = Extract<TemplatePart, { kind: 'for' }>;

/** One name takes the items of a list; two take the keys and values of an object, or the two items of each pair. */
function loopBindings(loop: Loop, list: Json): Record<string, Json>[] {
  const [first = '', second] = loop.names;
  if (Array.isArray(list)) {
    const items: readonly Json[] = list;
    if (second === undefined) return items.map((item) => ({ [first]: item }));
    return items.map((item) => {
      if (!Array.isArray(item) || item.length !== 2) throw notIterable(loop, 'a list of pairs');
      const [left = null, right = null]: readonly Json[] = item;
      return { [first]: left, [second]: right };
    });
  }
  if (second !== undefined && typeof list === 'object' && list !== null) {
    return Object.entries(list).map(([key, value]) => ({ [first]: key, [second]: value }));
  }
  throw notIterable(loop, second === undefined ? 'a list' : 'an object or a list of pairs');
}

const notIterable = (loop: Loop, expected: string): ExpressionError =>
  new ExpressionError('wrong_type', `this {% for %} takes ${expected}`, loop.list.span);
