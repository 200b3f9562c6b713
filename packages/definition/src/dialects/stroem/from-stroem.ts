import type { Report } from '../../diagnostics/diagnostic.ts';
import { convertEntries, mapOf } from '../../yaml/edit-node.ts';
import { type MapEntry, type MapNode, placeOfKey, type SourceNode } from '../../yaml/source-node.ts';
import { actionOf } from './actions.ts';
import { connectionOf, connectionTypeOf, secretOf } from './connections.ts';
import { hookKeys, hooksOf, workflowOf } from './tasks.ts';
import { triggerOf } from './triggers.ts';

export { isStroem } from './is-stroem.ts';

/**
 * Turns a file of Strøm into one of ours, node by node: each new node stands where the old one stood, so diagnostics and
 * the errors of a run point into the file as it was written. Keys that mean the same in both languages pass through.
 */
export function fromStroem(root: SourceNode, report: Report): SourceNode {
  if (root.kind !== 'map') return root;
  const entries = [...root.entries.values()].flatMap((entry) => sectionOf(entry, root, report));
  return mapOf(root, mergeWorkflows(entries, report));
}

function sectionOf(entry: MapEntry, root: MapNode, report: Report): readonly MapEntry[] {
  const { key, value } = entry;
  const hook = Object.hasOwn(hookKeys, key) ? hookKeys[key] : undefined;
  if (hook !== undefined) return [{ ...entry, key: hook, value: hooksOf(value, new Map(), report) }];
  switch (key) {
    case 'tasks':
      return [
        {
          ...entry,
          key: 'workflows',
          value: eachOf(value, (node, name) => workflowOf(node, `Task \`${name}\``, report)),
        },
      ];
    case 'actions':
      return [{ ...entry, value: eachOf(value, (node, name) => actionOf(node, `Action \`${name}\``, report)) }];
    case 'triggers':
      return [{ ...entry, value: eachOf(value, (node, name) => triggerOf(node, name, report)) }];
    case 'connection_types':
      return [{ ...entry, value: eachOf(value, connectionTypeOf) }];
    case 'connections':
      return [{ ...entry, value: eachOf(value, (node) => connectionOf(node, report)) }];
    case 'secrets':
      return [{ ...entry, value: eachEntry(value, (one) => secretOf(one, value, report)) }];
    case 'mcp_servers':
      report({
        code: 'dialect_unsupported',
        message: 'The section `mcp_servers` of Strøm has no counterpart in this version of Millrace.',
        hint: 'Remove it.',
        at: placeOfKey(root, key),
      });
      return [];
    default:
      return [entry];
  }
}

function eachOf(section: SourceNode, convert: (node: SourceNode, name: string) => SourceNode | null): SourceNode {
  return eachEntry(section, ({ key, value }) => convert(value, key));
}

function eachEntry(section: SourceNode, convert: (entry: MapEntry) => SourceNode | null): SourceNode {
  if (section.kind !== 'map') return section;
  return convertEntries(section, (entry) => {
    const value = convert(entry);
    return value === null ? [] : [{ ...entry, value }];
  });
}

/** A file may hold `tasks` and `workflows`: one section then. */
function mergeWorkflows(entries: readonly MapEntry[], report: Report): readonly MapEntry[] {
  const those = entries.filter(({ key, value }) => key === 'workflows' && value.kind === 'map');
  const [first, second] = those;
  if (first?.value.kind !== 'map' || second?.value.kind !== 'map') return entries;
  const own = first.value;
  for (const name of second.value.entries.keys()) {
    if (!own.entries.has(name)) continue;
    const { file, line, column } = placeOfKey(own, name);
    report({
      code: 'duplicate_name',
      message: `The workflow \`${name}\` is defined twice: here and at ${file}:${line}:${column}.`,
      hint: 'Rename or remove one of them.',
      at: placeOfKey(second.value, name),
    });
  }
  const merged = mapOf(own, [...own.entries.values(), ...second.value.entries.values()]);
  return [...entries.filter((entry) => entry !== first && entry !== second), { ...first, value: merged }];
}
