import type { Parameters } from '../definitions/parameters.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';
import { jsonSchemaOf } from './json-schema-of.ts';

const hidden = '***';
const known = new WeakMap<Parameters, readonly string[]>();

/** Pointers to the fields that are `secret` (in a schema of the user's own: `writeOnly`). A list of such is one as a whole. */
export function secretFields(parameters: Parameters): readonly string[] {
  const found = known.get(parameters) ?? [...fieldsOf(jsonSchemaOf(parameters), '')];
  known.set(parameters, found);
  return found;
}

function* fieldsOf(schema: JsonObject, pointer: string): Generator<string> {
  const { properties } = schema;
  if (!isObject(properties)) return;
  for (const [name, field] of Object.entries(properties)) {
    if (!isObject(field)) continue;
    const own = pointerTo(pointer, name);
    const isSecret = field.writeOnly === true || (isObject(field.items) && field.items.writeOnly === true);
    if (isSecret) yield own;
    else yield* fieldsOf(field, own);
  }
}

/** The texts that stand at pointers, at any depth below them. */
export function textsAt(value: Json, pointers: readonly string[]): readonly string[] {
  const texts: string[] = [];
  for (const pointer of pointers) changeAt(value, keysOf(pointer), (found) => collect(found, texts));
  return texts;
}

/** The same with what stands at the pointers hidden. */
export function hideFields(value: JsonObject, pointers: readonly string[]): JsonObject {
  return pointers.reduce((whole, pointer) => changeAt(whole, keysOf(pointer), () => hidden) as JsonObject, value);
}

/** Pointers at which somebody gives back what was hidden from him, in the place of a value. */
export function hiddenFields(value: JsonObject, pointers: readonly string[]): readonly string[] {
  return pointers.filter((pointer) => textsAt(value, [pointer]).includes(hidden));
}

/** What was hidden in `given` is what it was in `before`. */
export function restoreHidden(given: JsonObject, before: JsonObject, pointers: readonly string[]): JsonObject {
  return hiddenFields(given, pointers).reduce((whole, pointer) => {
    const old: Json[] = [];
    changeAt(before, keysOf(pointer), (found) => {
      old.push(found);
      return found;
    });
    return changeAt(whole, keysOf(pointer), (found) => old[0] ?? found) as JsonObject;
  }, given);
}

function changeAt(value: Json, keys: readonly string[], change: (found: Json) => Json): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return change(value);
  if (!isObject(value) || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: changeAt(value[key] ?? null, rest, change) };
}

function collect(value: Json, into: string[]): Json {
  if (typeof value === 'string') into.push(value);
  else if (typeof value === 'number') into.push(String(value));
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, into);
  return value;
}

const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
