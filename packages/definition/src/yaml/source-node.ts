import type { Json, JsonObject, Place } from '@millrace/core';
import { type Origin, placeAt } from './origin.ts';

/**
 * What a YAML file says, with the place of everything: plain data between the YAML library and the grammar. Dialects turn
 * one tree into another, so whatever comes later still points into the file that the user wrote.
 */
export type SourceNode = ScalarNode | ListNode | MapNode;

type Located = Readonly<{ origin: Origin; start: number; end: number }>;

export type ScalarNode = Located &
  Readonly<{
    kind: 'scalar';
    value: string | number | boolean | null;
    /** The offset in the file of the character at an index of a text value. */
    offsetOf: (index: number) => number;
  }>;
export type ListNode = Located & Readonly<{ kind: 'list'; items: readonly SourceNode[] }>;
export type MapNode = Located & Readonly<{ kind: 'map'; entries: ReadonlyMap<string, MapEntry> }>;
export type MapEntry = Readonly<{ key: string; keyStart: number; keyEnd: number; value: SourceNode }>;

export type Path = readonly PropertyKey[];

export function placeOf(node: SourceNode): Place {
  return placeAt(node.origin, node.start);
}

/** Where the name before the colon stands: the place for problems that concern an entry as a whole. */
export function placeOfKey(map: MapNode, key: string): Place {
  const entry = map.entries.get(key);
  return placeAt(map.origin, entry === undefined ? map.start : entry.keyStart);
}

/** The place of one character of a text. */
export function placeInText(node: ScalarNode, index: number): Place {
  return placeAt(node.origin, node.offsetOf(index));
}

export function nodeAt(node: SourceNode, path: Path): SourceNode | undefined {
  let current: SourceNode | undefined = node;
  for (const step of path) {
    if (current?.kind === 'map') current = current.entries.get(String(step))?.value;
    else if (current?.kind === 'list') current = current.items[Number(step)];
    else return undefined;
  }
  return current;
}

/** The place of the value at a path or, when the path leads nowhere, of the nearest thing on the way. */
export function placeAtPath(node: SourceNode, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const found = nodeAt(node, path.slice(0, length));
    if (found !== undefined) return placeOf(found);
  }
  return placeOf(node);
}

export function mapAt(node: SourceNode | undefined, ...path: string[]): MapNode | undefined {
  const found = node === undefined ? undefined : nodeAt(node, path);
  return found?.kind === 'map' ? found : undefined;
}

export function listAt(node: SourceNode | undefined, ...path: string[]): ListNode | undefined {
  const found = node === undefined ? undefined : nodeAt(node, path);
  return found?.kind === 'list' ? found : undefined;
}

/** The text at a path, if there is a text. */
export function textAt(node: SourceNode | undefined, ...path: string[]): string | undefined {
  const found = node === undefined ? undefined : nodeAt(node, path);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
}

export function toJson(node: SourceNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toJson);
    case 'map': {
      const object: Record<string, Json> = {};
      for (const [key, entry] of node.entries) object[key] = toJson(entry.value);
      return object;
    }
  }
}

export function toJsonObject(node: SourceNode | undefined): JsonObject {
  return node?.kind === 'map' ? (toJson(node) as JsonObject) : {};
}

/** Every text in a value, with the path to it. */
export function* textsIn(node: SourceNode, path: readonly string[] = []): Generator<[ScalarNode, readonly string[]]> {
  if (node.kind === 'scalar') {
    if (typeof node.value === 'string') yield [node, path];
  } else if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) yield* textsIn(item, [...path, String(index)]);
  } else {
    for (const [key, entry] of node.entries) yield* textsIn(entry.value, [...path, key]);
  }
}
