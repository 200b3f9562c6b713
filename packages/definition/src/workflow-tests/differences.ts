import type { Json, JsonObject } from '@millrace/core';

/** One place at which two values differ; undefined: there is nothing there. */
export type Difference = Readonly<{
  /** From the root of the value: `.images[2].tag`; empty for the whole. */
  path: string;
  expected: Json | undefined;
  actual: Json | undefined;
}>;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place at which two values differ, as deep as it can be named. Empty: they are equal. */
export function findDifferences(
  expected: Json | undefined,
  actual: Json | undefined,
  path = '',
): readonly Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, index) =>
      findDifferences(expected[index] as Json | undefined, actual[index] as Json | undefined, `${path}[${index}]`),
    ).flat();
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => findDifferences(own(expected, key), own(actual, key), `${path}${keyText(key)}`));
  }
  return Object.is(expected, actual) || expected === actual ? [] : [{ path, expected, actual }];
}

const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const keyText = (key: string): string => (/^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
