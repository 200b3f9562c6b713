import { type Expression, textOf, unreachable } from '../ast.ts';
import { ExpressionError } from '../expression-error.ts';
import { builtins } from '../functions/table.ts';
import { isList, type Json, truthy } from '../json.ts';
import { sliceText } from '../text.ts';
import { lookUp, missing, readField, readIndex, unknownName, withArticle } from './access.ts';
import { callFunction } from './call-function.ts';
import { Evaluation } from './evaluation.ts';
import { applyBinary } from './operators.ts';
import type { Scope } from './scope.ts';

/**
 * The value of an expression. Never changes anything in the scope and touches nothing outside it; the value may share
 * parts with the scope. Throws an `ExpressionError`, and nothing else, whose span lies in the expression's source.
 */
export function evaluate(expression: Expression, scope: Scope): Json {
  const evaluation = new Evaluation(scope);
  const value = evaluateNode(expression, evaluation);
  measureResult(expression, value, evaluation);
  return value;
}

/** Bounds the size of a result. What a plain path names is the host's own value: it was not made here. */
export function measureResult(expression: Expression, value: Json, evaluation: Evaluation): void {
  if (typeof value !== 'object' || value === null) return;
  if (expression.kind === 'name' || expression.kind === 'member' || expression.kind === 'index') return;
  evaluation.measure(value, expression);
}

export function evaluateNode(node: Expression, evaluation: Evaluation): Json {
  evaluation.enter(node);
  const value = evaluateKind(node, evaluation);
  evaluation.leave();
  return value;
}

function evaluateKind(node: Expression, evaluation: Evaluation): Json {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name':
    case 'member':
    case 'index':
      return evaluateAccess(node, evaluation, false) ?? null;
    case 'slice':
      return evaluateSlice(node, evaluation);
    case 'list': {
      evaluation.allocate(node.items.length, node);
      return node.items.map((item) => evaluateNode(item, evaluation));
    }
    case 'object':
      return evaluateObject(node, evaluation);
    case 'unary':
      return evaluateUnary(node, evaluation);
    case 'logical': {
      const left = truthy(evaluateNode(node.left, evaluation));
      if (left === (node.operator === 'or')) return left;
      return truthy(evaluateNode(node.right, evaluation));
    }
    case 'binary': {
      const left = evaluateNode(node.left, evaluation);
      return applyBinary(node, left, evaluateNode(node.right, evaluation), evaluation);
    }
    case 'conditional':
      return evaluateNode(truthy(evaluateNode(node.condition, evaluation)) ? node.value : node.otherwise, evaluation);
    case 'defined':
      return (evaluateAccess(node.operand, evaluation, true) !== undefined) !== node.negated;
    case 'call':
      return callFunction(node, evaluation, evaluateNode, evaluatePresent);
    default:
      return unreachable(node);
  }
}

/** As `evaluateNode`, but undefined where a name, field or item is absent. */
function evaluatePresent(node: Expression, evaluation: Evaluation): Json | undefined {
  return evaluateAccess(node, evaluation, true);
}

/**
 * Walks a path. When `lenient`, a name, field or item that is absent gives undefined; else it is an error, unless `?.`
 * allows it. Once `?.` found nothing, the rest of the path is not walked, and the result is undefined too.
 */
function evaluateAccess(node: Expression, evaluation: Evaluation, lenient: boolean): Json | undefined {
  switch (node.kind) {
    case 'name': {
      const value = lookUp(node.name, evaluation);
      if (value !== undefined || lenient) return value;
      throw unknownName(node, evaluation, (name) => builtins.has(name));
    }
    case 'member':
    case 'index': {
      const allowed = lenient || node.optional;
      const object = evaluateBase(node.object, evaluation, allowed);
      if (object === undefined) return undefined;
      const key = node.kind === 'index' ? evaluateNode(node.index, evaluation) : node.name;
      if (object === null) {
        if (allowed) return undefined;
        throw missing(node, object, key);
      }
      const value =
        node.kind === 'member' ? readField(object, node.name, node) : readIndex(object, key, node, evaluation);
      if (value !== undefined || allowed) return value;
      throw missing(node, object, key);
    }
    case 'conditional': {
      const chosen = truthy(evaluateNode(node.condition, evaluation)) ? node.value : node.otherwise;
      return evaluateBase(chosen, evaluation, lenient);
    }
    default:
      return evaluateNode(node, evaluation);
  }
}

function evaluateBase(node: Expression, evaluation: Evaluation, lenient: boolean): Json | undefined {
  if (node.kind !== 'name' && node.kind !== 'member' && node.kind !== 'index' && node.kind !== 'conditional') {
    return evaluateNode(node, evaluation);
  }
  evaluation.enter(node);
  const value = evaluateAccess(node, evaluation, lenient);
  evaluation.leave();
  return value;
}

function evaluateUnary(node: Expression & { kind: 'unary' }, evaluation: Evaluation): Json {
  const operand = evaluateNode(node.operand, evaluation);
  if (node.operator === 'not') return !truthy(operand);
  if (typeof operand === 'number') return 0 - operand;
  throw new ExpressionError(
    'wrong_type',
    `Minus takes a number, but \`${textOf(node.operand)}\` is ${withArticle(operand)}.`,
    node.span,
    typeof operand === 'string' ? 'Types never convert by themselves: use number().' : undefined,
  );
}

function evaluateObject(node: Expression & { kind: 'object' }, evaluation: Evaluation): Json {
  evaluation.allocate(node.entries.length, node);
  const object: Record<string, Json> = {};
  for (const { key, value } of node.entries) object[key] = evaluateNode(value, evaluation);
  return object;
}

function evaluateSlice(node: Expression & { kind: 'slice' }, evaluation: Evaluation): Json {
  const object = evaluateNode(node.object, evaluation);
  const from = evaluateEnd(node.from, evaluation);
  const to = evaluateEnd(node.to, evaluation);
  if (typeof object === 'string') {
    evaluation.allocate(object.length, node);
    return sliceText(object, from, to);
  }
  if (isList(object)) {
    evaluation.allocate(object.length, node);
    return object.slice(from, to);
  }
  throw new ExpressionError(
    'wrong_type',
    `\`${textOf(node.object)}\` is ${withArticle(object)}; only strings and arrays can be sliced.`,
    node.span,
  );
}

function evaluateEnd(node: Expression | undefined, evaluation: Evaluation): number | undefined {
  if (node === undefined) return undefined;
  const value = evaluateNode(node, evaluation);
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new ExpressionError(
    'wrong_type',
    `The ends of a slice are integers, but \`${textOf(node)}\` is ${typeof value === 'number' ? 'a fraction' : withArticle(value)}.`,
    node.span,
  );
}
