/** A value of the language: exactly what JSON can hold. Evaluation never changes a value that it was given. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of a value's type, as `type_of()` gives it and as error messages print it. */
export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    default:
      return Array.isArray(value) ? 'array' : 'object';
  }
}

/** `null`, `false`, `0`, `""`, `[]` and `{}` are false; everything else is true. */
export function truthy(value: Json): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value === 0 || value === '') return false;
  if (typeof value !== 'object') return true;
  if (isList(value)) return value.length > 0;
  for (const _key in value) return true;
  return false;
}

/** Equality of whole values. Types never convert: `"3"` and `3` differ; the order of an object's keys does not matter. */
export function deepEqual(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    return a.every((item, index) => deepEqual(item, b[index] ?? null));
  }
  if (isList(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key] ?? null, b[key] ?? null));
}

/**
 * How a value becomes text inside a template: a string as it is, `null` as nothing, `true`, `false` and numbers as JSON
 * writes them, lists and objects as compact JSON.
 */
export function renderText(value: Json): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
