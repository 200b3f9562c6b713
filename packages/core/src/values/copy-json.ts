import type { Json } from './json.ts';

/** A deep copy: much faster than `structuredClone`, which handles what JSON does not have. */
export function copyJson(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => copyJson(item));
  const copy: Record<string, Json> = {};
  for (const [key, field] of Object.entries(value as Readonly<Record<string, Json>>)) {
    if (key === '__proto__') Object.defineProperty(copy, key, { value: copyJson(field), enumerable: true });
    else copy[key] = copyJson(field);
  }
  return copy;
}
