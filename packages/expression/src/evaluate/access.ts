import { type Expression, textOf } from '../ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { ExpressionError } from '../expression-error.ts';
import { isList, type Json, typeOf } from '../json.ts';
import { characters } from '../text.ts';
import { isUnsafeName, refuseUnsafeName } from '../unsafe-names.ts';
import type { Evaluation } from './evaluation.ts';

/** The value of a name, or undefined when nothing has it: the innermost local, else an own property of the scope. */
export function lookUp(name: string, evaluation: Evaluation): Json | undefined {
  for (let local = evaluation.locals; local !== undefined; local = local.outer) {
    if (local.name === name) return local.value;
  }
  const { names } = evaluation.scope;
  return Object.hasOwn(names, name) && !isUnsafeName(name) ? data(names[name]) : undefined;
}

/** Keeps functions and other things that are not JSON out, should the host hand them in by mistake. */
function data(value: Json | undefined): Json | undefined {
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
}

const otherLanguages: Readonly<Record<string, string>> = {
  True: '`true`',
  False: '`false`',
  None: '`null`',
  none: '`null`',
  nil: '`null`',
  undefined: '`null`, or `x is defined`',
};

export function unknownName(
  node: Expression & { kind: 'name' },
  evaluation: Evaluation,
  isFunction: (name: string) => boolean,
): ExpressionError {
  const known = new Set<string>();
  for (let local = evaluation.locals; local !== undefined; local = local.outer) known.add(local.name);
  for (const name of Object.keys(evaluation.scope.names)) known.add(name);
  const other = Object.hasOwn(otherLanguages, node.name) ? otherLanguages[node.name] : undefined;
  let hint = other === undefined ? didYouMean(node.name, known) : `Write ${other}.`;
  if (node.name === 'it') hint = '`it` is the item inside map(), filter(), any(), all() and their like.';
  else if (hint === undefined && isFunction(node.name))
    hint = `\`${node.name}\` is a function: write \`${node.name}(…)\`.`;
  else if (hint === undefined && known.size > 0) hint = `Names here: ${[...known].slice(0, 12).join(', ')}.`;
  return new ExpressionError('unknown_name', `Nothing is named \`${node.name}\` here.`, node.span, hint);
}

/** `object.name`, undefined when the object has no such field. */
export function readField(object: Json, name: string, node: Expression & { kind: 'member' }): Json | undefined {
  if (typeof object === 'object' && object !== null && !isList(object)) {
    return Object.hasOwn(object, name) ? data(object[name]) : undefined;
  }
  throw new ExpressionError(
    'wrong_type',
    `\`${textOf(node.object)}\` is ${withArticle(object)} and has no fields, so \`.${name}\` cannot be read.`,
    node.span,
    isList(object) ? `Write [0] for one item, or \`| map('${name}')\` for the field of each.` : undefined,
  );
}

/** `object[index]`, undefined when there is no such item, character or field. */
export function readIndex(
  object: Json,
  index: Json,
  node: Expression & { kind: 'index' },
  evaluation: Evaluation,
): Json | undefined {
  if (typeof object === 'string' || isList(object)) {
    if (typeof index === 'number' && Number.isInteger(index)) {
      if (typeof object === 'string') evaluation.spend(object.length >> 6, node);
      const items = typeof object === 'string' ? characters(object) : object;
      return data(items[index < 0 ? items.length + index : index]);
    }
    throw new ExpressionError(
      'wrong_type',
      `The index of ${withArticle(object)} is an integer, but \`${textOf(node.index)}\` is ${describe(index)}.`,
      node.index.span,
    );
  }
  if (typeof object === 'object' && object !== null) {
    if (typeof index === 'string') {
      refuseUnsafeName(index, node.index.span);
      return Object.hasOwn(object, index) ? data(object[index]) : undefined;
    }
    throw new ExpressionError(
      'wrong_type',
      `The key of an object is a string, but \`${textOf(node.index)}\` is ${describe(index)}.`,
      node.index.span,
      'Use string() to make one.',
    );
  }
  throw new ExpressionError(
    'wrong_type',
    `\`${textOf(node.object)}\` is ${withArticle(object)} and has no items.`,
    node.span,
  );
}

/** The error for a field or item that is absent where absence is not allowed. */
export function missing(node: Expression & { kind: 'member' | 'index' }, object: Json, key: Json): ExpressionError {
  const allow = 'Where it may be absent write `?.`, `| default(…)` or `is defined`.';
  const owner = textOf(node.object);
  if (object === null) {
    const part = node.kind === 'member' ? `field \`${node.name}\`` : 'item';
    return new ExpressionError('missing_field', `\`${owner}\` is null and has no ${part}.`, node.span, allow);
  }
  if (typeof object === 'string' || isList(object)) {
    const count = typeof object === 'string' ? `${characters(object).length} characters` : `${object.length} items`;
    return new ExpressionError(
      'missing_field',
      `\`${owner}\` has ${count}, so there is none at index ${String(key)}.`,
      node.span,
      allow,
    );
  }
  const keys = typeof object === 'object' ? Object.keys(object) : [];
  const field = String(key).slice(0, 60);
  const suggestion = didYouMean(field, keys);
  return new ExpressionError(
    'missing_field',
    `\`${owner}\` has no field \`${field}\`.`,
    node.span,
    suggestion === undefined ? allow : `${suggestion} ${allow}`,
  );
}

export function withArticle(value: Json): string {
  const type = typeOf(value);
  if (type === 'null') return 'null';
  return type === 'array' || type === 'object' ? `an ${type}` : `a ${type}`;
}

function describe(value: Json): string {
  return typeof value === 'number' ? 'a fraction' : withArticle(value);
}
