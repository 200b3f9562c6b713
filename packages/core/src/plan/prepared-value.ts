import {
  type Expression,
  ExpressionError,
  evaluate,
  isPlainText,
  type NameRead,
  parseCondition,
  parseTemplate,
  readsOf,
  render,
  type Scope,
} from '@millrace/expression';
import type { Json } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';
import type { Place } from '../values/place.ts';
import { expressionFault, FaultError } from './expression-fault.ts';

/** What a value's templates read, so that a scope holds just that. */
export type Needs = Readonly<{ steps: ReadonlySet<string> | 'all'; items: boolean }>;

/** A value whose templates are parsed. `evaluate` throws a `FaultError` that carries the place of what went wrong. */
export type PreparedValue = Readonly<{
  needs: Needs;
  /** Whether there is nothing to evaluate. */
  plain: boolean;
  evaluate(scope: Scope): Json;
}>;

type Places = Readonly<Record<string, Place>>;

export const needsNothing: Needs = { steps: new Set(), items: false };

/** A string, map or list with templates at any depth. Texts at the pointers of `sealed` (from its root) stay as they are. */
export function prepareValue(
  value: Json,
  pointer: string,
  places: Places,
  sealed: readonly string[] = [],
): PreparedValue {
  const reads: NameRead[] = [];
  const kept = new Set(sealed.map((inner) => pointer + inner));
  const node = prepareNode(value, pointer, { places, kept }, reads);
  if (node === null) return { needs: needsNothing, plain: true, evaluate: () => value };
  return { needs: needsOf(reads.map((read) => read.path)), plain: false, evaluate: node };
}

/** A bare expression, or one `{{ }}`, as in `when` and `for_each`. */
export function prepareCondition(text: string, pointer: string, places: Places): PreparedValue {
  const parsed = parsing(() => parseCondition(text), text, places[pointer]);
  if ('fault' in parsed) return broken(parsed.fault);
  const node: Expression = parsed.value;
  return {
    needs: needsOf(readsOf(node).map((read) => read.path)),
    plain: false,
    evaluate: (scope) => placed(() => evaluate(node, scope), text, places[pointer]),
  };
}

type Renderer = (scope: Scope) => Json;
type Surroundings = Readonly<{ places: Places; kept: ReadonlySet<string> }>;

/** null when the value has no templates. */
function prepareNode(value: Json, pointer: string, around: Surroundings, reads: NameRead[]): Renderer | null {
  if (typeof value === 'string')
    return around.kept.has(pointer) ? null : prepareText(value, pointer, around.places, reads);
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const items = list.map((item, index) => prepareNode(item, pointerTo(pointer, index), around, reads));
    if (items.every((item) => item === null)) return null;
    return (scope) => list.map((item, index) => items[index]?.(scope) ?? keep(items[index], item));
  }
  const entries = Object.entries(value as Readonly<Record<string, Json>>).map(
    ([key, field]) => [key, field, prepareNode(field, pointerTo(pointer, key), around, reads)] as const,
  );
  if (entries.every(([, , render]) => render === null)) return null;
  return (scope) => {
    const result: Record<string, Json> = {};
    for (const [key, field, render] of entries) result[key] = render === null ? field : render(scope);
    return result;
  };
}

/** A template that gave null stays null; what is no template stays as it is. */
const keep = (render: Renderer | null | undefined, item: Json): Json => (render ? null : item);

function prepareText(text: string, pointer: string, places: Places, reads: NameRead[]): Renderer | null {
  if (!text.includes('{')) return null;
  const parsed = parsing(() => parseTemplate(text), text, places[pointer]);
  if ('fault' in parsed) return broken(parsed.fault).evaluate;
  const template = parsed.value;
  if (isPlainText(template) && template.parts.length === 1) {
    const [only] = template.parts;
    if (only?.kind === 'text' && only.text === text) return null;
  }
  reads.push(...readsOf(template));
  return (scope) => placed(() => render(template, scope), text, places[pointer]);
}

/** What a scope must hold for these paths to be read. */
export function needsOf(paths: readonly (readonly (string | number)[])[]): Needs {
  const names = new Set<string>();
  let all = false;
  let items = false;
  for (const path of paths) {
    if (path[0] !== 'steps') continue;
    const [, name, field] = path;
    if (typeof name === 'string') names.add(name);
    else all = true;
    if (field === undefined || field === 'items') items = true;
  }
  return { steps: all ? 'all' : names, items };
}

export function mergeNeeds(all: readonly Needs[]): Needs {
  const steps = new Set<string>();
  for (const needs of all) if (needs.steps !== 'all') for (const name of needs.steps) steps.add(name);
  return {
    steps: all.some((needs) => needs.steps === 'all') ? 'all' : steps,
    items: all.some((needs) => needs.items),
  };
}

type Parsed<Value> = { value: Value } | { fault: FaultError };

function parsing<Value>(parse: () => Value, text: string, place: Place | undefined): Parsed<Value> {
  try {
    return { value: parse() };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { fault: new FaultError(expressionFault(error, text, place)) };
  }
}

function placed(evaluation: () => Json, text: string, place: Place | undefined): Json {
  try {
    return evaluation();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new FaultError(expressionFault(error, text, place));
  }
}

function broken(fault: FaultError): PreparedValue {
  return {
    needs: needsNothing,
    plain: false,
    evaluate: () => {
      throw fault;
    },
  };
}
