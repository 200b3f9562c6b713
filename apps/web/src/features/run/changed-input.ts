// A re-run is given what differs from the input of the run before: the rest it takes over, secrets included, which nobody is told.
import { isObject, type JsonObject } from '../../components/form/form-field.ts';

export const changedInput = (before: JsonObject, given: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(given).filter(([name, value]) => !isSame(value, before[name])));

/** What the run had and a form leaves out. Nothing takes an input away from a re-run, so this has to be said. */
export function leftOut(before: JsonObject, given: JsonObject, { properties }: JsonObject): readonly string[] {
  const known = isObject(properties) ? properties : {};
  return Object.keys(before).filter((name) => {
    const schema = known[name];
    return !(name in given) && isObject(schema) && schema.writeOnly !== true;
  });
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
