import type { CallNode, Expression } from '../ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { ExpressionError, type ExpressionErrorCode } from '../expression-error.ts';
import type { Builtin } from '../functions/builtin.ts';
import { isStatusFunction } from '../functions/function-names.ts';
import { builtins } from '../functions/table.ts';
import { isObject, type Json } from '../json.ts';
import { isUnsafeName } from '../unsafe-names.ts';
import { withArticle } from './access.ts';
import type { Evaluation } from './evaluation.ts';
import type { HostFunction } from './scope.ts';

type Evaluate = (node: Expression, evaluation: Evaluation) => Json;
type EvaluatePresent = (node: Expression, evaluation: Evaluation) => Json | undefined;

export function callFunction(
  call: CallNode,
  evaluation: Evaluation,
  evaluate: Evaluate,
  evaluatePresent: EvaluatePresent,
): Json {
  const builtin = builtins.get(call.name);
  if (builtin === undefined) return callHost(call, evaluation, evaluate);
  const count = call.args.length;
  if (count < builtin.least || count > builtin.most) throw wrongCount(builtin, call);
  switch (builtin.kind) {
    case 'plain':
      return builtin.run(evaluateAll(call.args, call, evaluation, evaluate), call, evaluation);
    case 'guard':
      return builtin.run(
        (index) => {
          const node = call.args[index];
          return node === undefined ? undefined : evaluatePresent(node, evaluation);
        },
        (index) => {
          const node = call.args[index];
          return node === undefined ? null : evaluate(node, evaluation);
        },
        count,
      );
    case 'perItem': {
      const [list, by, ...rest] = call.args;
      const args = evaluateAll(list === undefined ? [] : [list, ...rest], call, evaluation, evaluate);
      const take = by === undefined ? undefined : takeFromItem(by, call, evaluation, evaluate);
      return builtin.run(args, take, call, evaluation);
    }
  }
}

/** Evaluates arguments and takes the work of reading them once off the budget. */
function evaluateAll(
  nodes: readonly Expression[],
  call: CallNode,
  evaluation: Evaluation,
  evaluate: Evaluate,
): readonly Json[] {
  const values: Json[] = [];
  for (const node of nodes) {
    const value = evaluate(node, evaluation);
    if (typeof value === 'string') evaluation.spend(value.length >> 5, call);
    else if (Array.isArray(value)) evaluation.spend(value.length >> 2, call);
    values.push(value);
  }
  return values;
}

/** What a `perItem` function does with each item: read an attribute, or evaluate an expression with `it` bound. */
function takeFromItem(
  by: Expression,
  call: CallNode,
  evaluation: Evaluation,
  evaluate: Evaluate,
): (item: Json) => Json {
  if (by.kind === 'literal' && typeof by.value === 'string') {
    const path = by.value.split('.');
    return (item) => readAttribute(item, path, by, call, evaluation);
  }
  const outer = evaluation.locals;
  return (item) => {
    evaluation.locals = { name: 'it', value: item, outer };
    const value = evaluate(by, evaluation);
    evaluation.locals = outer;
    return value;
  };
}

function readAttribute(
  item: Json,
  path: readonly string[],
  by: Expression,
  call: CallNode,
  evaluation: Evaluation,
): Json {
  let value = item;
  for (const name of path) {
    evaluation.spend(1, call);
    if (!isObject(value)) {
      throw new ExpressionError(
        'wrong_type',
        `${call.name}() cannot read the attribute \`${name}\` of ${withArticle(value)}.`,
        by.span,
        'An attribute is read from objects. For other items write an expression over `it`.',
      );
    }
    if (isUnsafeName(name) || !Object.hasOwn(value, name)) {
      const hint = didYouMean(name, Object.keys(value)) ?? `Where it may be absent write \`it?.${name}\`.`;
      throw new ExpressionError('missing_field', `An item has no attribute \`${name}\`.`, by.span, hint);
    }
    value = value[name] ?? null;
  }
  return value;
}

function callHost(call: CallNode, evaluation: Evaluation, evaluate: Evaluate): Json {
  const { functions } = evaluation.scope;
  const host = functions !== undefined && Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  if (host === undefined || isUnsafeName(call.name)) throw unknownFunction(call, evaluation);
  return runHost(host, evaluateAll(call.args, call, evaluation, evaluate), call);
}

const codes: ReadonlySet<string> = new Set<ExpressionErrorCode>([
  'syntax',
  'unknown_name',
  'unknown_function',
  'missing_field',
  'wrong_type',
  'bad_argument',
  'unsafe_name',
  'unavailable',
  'budget_exceeded',
  'division_by_zero',
  'number_overflow',
  'host_error',
]);

function isCode(code: unknown): code is ExpressionErrorCode {
  return typeof code === 'string' && codes.has(code);
}

function runHost(host: HostFunction, args: readonly Json[], call: CallNode): Json {
  try {
    return host(args) ?? null;
  } catch (cause) {
    const thrown: { code?: unknown; message?: unknown; hint?: unknown } =
      typeof cause === 'object' && cause !== null ? cause : {};
    const message = typeof thrown.message === 'string' ? thrown.message : String(cause);
    const hint = typeof thrown.hint === 'string' ? thrown.hint : undefined;
    const known = isCode(thrown.code);
    throw new ExpressionError(
      known ? (thrown.code as ExpressionErrorCode) : 'host_error',
      known ? message : `${call.name}() failed: ${message}`,
      call.span,
      hint,
      { cause },
    );
  }
}

function unknownFunction(call: CallNode, evaluation: Evaluation): ExpressionError {
  if (isStatusFunction(call.name)) {
    return new ExpressionError(
      'unavailable',
      `The status function ${call.name}() has no meaning in this place.`,
      call.nameSpan,
      'Status functions can be used where steps have a status: in `when` and in transitions of a workflow.',
    );
  }
  const known = [...builtins.keys(), ...Object.keys(evaluation.scope.functions ?? {})];
  return new ExpressionError(
    'unknown_function',
    `There is no function \`${call.name}\`.`,
    call.nameSpan,
    didYouMean(call.name, known) ?? otherNames.get(call.name),
  );
}

/** Functions that other template languages have under these names. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['len', 'Write `length`.'],
  ['size', 'Write `length`.'],
  ['str', 'Write `string`.'],
  ['tojson', 'Write `json`.'],
  ['to_json', 'Write `json`.'],
  ['json_encode', 'Write `json`.'],
  ['fromjson', 'Write `from_json`.'],
  ['b64encode', 'Write `base64`.'],
  ['b64decode', 'Write `from_base64`.'],
  ['select', 'Write `filter`.'],
  ['selectattr', 'Write `filter`.'],
  ['reversed', 'Write `reverse`.'],
  ['uppercase', 'Write `upper`.'],
  ['lowercase', 'Write `lower`.'],
]);

function wrongCount(builtin: Builtin, call: CallNode): ExpressionError {
  const piped = call.form === 'filter' ? ', the piped value included' : '';
  const count = call.args.length;
  return new ExpressionError(
    'bad_argument',
    `${call.name}() got ${count} argument${count === 1 ? '' : 's'}${piped}; it is \`${builtin.usage}\`.`,
    call.span,
    builtin.most < count ? 'Remove the last ones.' : 'Add the missing ones.',
  );
}
