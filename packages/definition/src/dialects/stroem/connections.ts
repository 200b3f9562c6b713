import type { Report } from '../../diagnostics/diagnostic.ts';
import { convertTexts, entryLike, mapOf, nodeLike } from '../../yaml/edit-node.ts';
import { type MapEntry, mapAt, placeOfKey, type SourceNode } from '../../yaml/source-node.ts';
import { rewriteTera } from './tera.ts';

/** An entry of `connection_types`: its properties stand side by side; ours stand below `fields`. */
export function connectionTypeOf(node: SourceNode): SourceNode {
  if (node.kind !== 'map' || mapAt(node, 'fields') !== undefined) return node;
  return mapOf(node, [entryLike(node, 'fields', node)]);
}

/** An entry of `connections`: its values stand beside `type`; ours stand below `values`. */
export function connectionOf(node: SourceNode, report: Report): SourceNode {
  if (node.kind !== 'map' || mapAt(node, 'values') !== undefined) return node;
  const entries = [...node.entries.values()];
  const values = entries
    .filter(({ key }) => key !== 'type')
    .map((entry) => ({ ...entry, value: convertTexts(entry.value, (text) => rewriteTera(text, new Map(), report)) }));
  const type = entries.filter(({ key }) => key === 'type');
  return mapOf(node, values.length === 0 ? type : [...type, entryLike(node, 'values', mapOf(node, values))]);
}

/** An entry of `secrets`: there it is the value, or a map of values; here it is only that there is such a secret. */
export function secretOf({ key, value }: MapEntry, section: SourceNode, report: Report): SourceNode | null {
  if (section.kind !== 'map' || isOurs(value)) return value;
  const at = placeOfKey(section, key);
  if (value.kind === 'map') {
    report({
      code: 'dialect_unsupported',
      message: `Secret \`${key}\` holds others, which Millrace does not know: each has a name of its own.`,
      hint: `Name them side by side, such as \`${key}_user\` and \`${key}_password\`.`,
      at,
    });
    return null;
  }
  report({
    code: 'dialect_ignored',
    message: `The value of secret \`${key}\` stands in the file; Millrace takes only its name from there.`,
    hint: `Give it to the server: \`millrace secret set ${key}\`. Who could read this file knows the value: change it.`,
    at,
  });
  return nodeLike(value, null);
}

function isOurs(value: SourceNode): boolean {
  if (value.kind === 'scalar') return value.value === null;
  return value.kind === 'map' && [...value.entries.keys()].every((key) => key === 'description');
}
