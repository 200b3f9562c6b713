import type { Report } from '../../diagnostics/diagnostic.ts';
import { convertEntries, entryLike, mapOf, nodeLike } from '../../yaml/edit-node.ts';
import { type MapEntry, type MapNode, placeOfKey, type SourceNode, textAt } from '../../yaml/source-node.ts';

/** A bare number is seconds there. */
export function durationOf(node: SourceNode): SourceNode {
  if (node.kind !== 'scalar') return node;
  if (typeof node.value === 'number') return nodeLike(node, `${node.value}s`);
  return typeof node.value === 'string' && /^\d+$/.test(node.value) ? nodeLike(node, `${node.value}s`) : node;
}

/** Input fields: `options` are our `enum`, unless values beside them are allowed. */
export function inputOf(node: SourceNode): SourceNode {
  if (node.kind !== 'map') return node;
  return convertEntries(node, (entry) => [{ ...entry, value: fieldOf(entry.value) }]);
}

function fieldOf(node: SourceNode): SourceNode {
  if (node.kind !== 'map') return node;
  const free = node.entries.get('allow_custom')?.value;
  const open = free?.kind === 'scalar' && free.value === true;
  return convertEntries(node, (entry): MapEntry[] => {
    switch (entry.key) {
      case 'options':
        return open ? [] : [{ ...entry, key: 'enum' }];
      case 'allow_custom':
        return [];
      case 'name':
        return node.entries.has('description') ? [] : [{ ...entry, key: 'description' }];
      case 'type':
        return [{ ...entry, value: textAt(node, 'type') === 'bool' ? nodeLike(entry.value, 'boolean') : entry.value }];
      default:
        return [entry];
    }
  });
}

/** A task without declared input lets everything in, as it does there. */
export function anyInput(like: SourceNode): MapEntry {
  return entryLike(like, 'input', nodeLike(like, { schema: {} }));
}

/**
 * `max_attempts` counts the tries after the first one there, whatever its documentation says; ours counts all tries. Its
 * jitter adds up to a quarter.
 */
export function retryOf(node: SourceNode): SourceNode {
  if (node.kind !== 'map') return node;
  const entries = [...node.entries.values()].map((entry): MapEntry => {
    const { key, value } = entry;
    if (key === 'max_attempts' && value.kind === 'scalar' && typeof value.value === 'number') {
      return { ...entry, key: 'attempts', value: nodeLike(value, value.value + 1) };
    }
    if (key === 'delay') return { ...entry, value: durationOf(value) };
    if (key === 'jitter' && value.kind === 'scalar' && value.value === true)
      return { ...entry, value: nodeLike(value, 0.25) };
    return entry;
  });
  const defaults = [entryLike(node, 'attempts', nodeLike(node, 4)), entryLike(node, 'delay', nodeLike(node, '30s'))];
  return mapOf(node, [...entries, ...defaults]);
}

/** Says that a key is left out, and why that changes little. */
export function ignoreKey(map: MapNode, key: string, owner: string, reason: string, report: Report): void {
  report({
    code: 'dialect_ignored',
    message: `${owner}: \`${key}\` of Strøm is ignored: ${reason}`,
    hint: null,
    at: placeOfKey(map, key),
  });
}
