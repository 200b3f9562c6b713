import { unreachable } from '../ast.ts';
import { withArticle } from '../evaluate/access.ts';
import { evaluateNode, measureResult } from '../evaluate/evaluate.ts';
import { Evaluation } from '../evaluate/evaluation.ts';
import type { Scope } from '../evaluate/scope.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, type Json, type JsonObject, renderText, truthy } from '../json.ts';
import { singleExpression, type Template, type TemplatePart } from './template.ts';

/**
 * The value of a template: that of the expression, with its type, when the text is exactly one `{{ expression }}`; else a
 * string, in which values stand as `renderText` writes them. Throws an `ExpressionError`, and nothing else.
 */
export function render(template: Template, scope: Scope): Json {
  const evaluation = new Evaluation(scope);
  const single = singleExpression(template);
  if (single !== undefined) {
    const value = evaluateNode(single, evaluation);
    measureResult(single, value, evaluation);
    return value;
  }
  const pieces: string[] = [];
  renderParts(template.parts, evaluation, pieces);
  return pieces.join('');
}

function renderParts(parts: readonly TemplatePart[], evaluation: Evaluation, pieces: string[]): void {
  for (const part of parts) renderPart(part, evaluation, pieces);
}

function renderPart(part: TemplatePart, evaluation: Evaluation, pieces: string[]): void {
  switch (part.kind) {
    case 'text':
      evaluation.allocate(part.text.length, part);
      pieces.push(part.text);
      return;
    case 'value': {
      const value = evaluateNode(part.expression, evaluation);
      evaluation.measure(value, part.expression);
      pieces.push(renderText(value));
      return;
    }
    case 'if': {
      for (const branch of part.branches) {
        if (!truthy(evaluateNode(branch.condition, evaluation))) continue;
        renderParts(branch.parts, evaluation, pieces);
        return;
      }
      renderParts(part.otherwise, evaluation, pieces);
      return;
    }
    case 'for':
      renderLoop(part, evaluation, pieces);
      return;
    default:
      unreachable(part);
  }
}

/** Inside a loop, `loop` holds `index` (from 1), `index0`, `first`, `last` and `length`. */
function renderLoop(part: TemplatePart & { kind: 'for' }, evaluation: Evaluation, pieces: string[]): void {
  const rows = rowsOf(part, evaluateNode(part.list, evaluation), evaluation);
  if (rows.length === 0) renderParts(part.otherwise, evaluation, pieces);
  const outer = evaluation.locals;
  for (const [index0, row] of rows.entries()) {
    evaluation.spend(1 + part.parts.length, part);
    const loop = {
      index: index0 + 1,
      index0,
      first: index0 === 0,
      last: index0 === rows.length - 1,
      length: rows.length,
    };
    let locals = { name: 'loop', value: loop as Json, outer };
    for (const [position, name] of part.names.entries()) locals = { name, value: row[position] ?? null, outer: locals };
    evaluation.locals = locals;
    renderParts(part.parts, evaluation, pieces);
    evaluation.locals = outer;
  }
}

/** The values of the loop's names, round by round. */
function rowsOf(
  part: TemplatePart & { kind: 'for' },
  value: Json,
  evaluation: Evaluation,
): readonly (readonly Json[])[] {
  const pairs = part.names.length === 2;
  if (isList(value)) {
    evaluation.allocate(value.length, part.list);
    return pairs ? value.map((item) => pairOf(item, part)) : value.map((item) => [item]);
  }
  if (pairs && typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as JsonObject);
    evaluation.allocate(entries.length, part.list);
    return entries;
  }
  const object = typeof value === 'object' && value !== null;
  throw new ExpressionError(
    'wrong_type',
    `A loop runs over an array, but this is ${withArticle(value)}.`,
    part.list.span,
    object ? 'Over an object write `{% for key, value in object %}`.' : undefined,
  );
}

function pairOf(item: Json, part: TemplatePart & { kind: 'for' }): readonly Json[] {
  if (isList(item) && item.length === 2) return item;
  throw new ExpressionError(
    'wrong_type',
    `A loop with two names runs over pairs, but an item is ${withArticle(item)}.`,
    part.list.span,
    'Write one name, or loop over an object or items(object).',
  );
}
