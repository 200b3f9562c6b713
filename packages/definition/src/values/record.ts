/** A plain record from pairs. Names that objects have from birth never come here: they are not valid names. */
export function recordOf<Value>(pairs: Iterable<readonly [string, Value]>): Readonly<Record<string, Value>> {
  return Object.fromEntries(pairs);
}

/** The own entry of a record; a name such as `toString` finds nothing. */
export function entryOf<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
