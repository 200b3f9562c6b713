import type { Report } from '../../diagnostics/diagnostic.ts';
import { convertEntries, convertTexts, nodeLike } from '../../yaml/edit-node.ts';
import { type MapEntry, placeOfKey, type SourceNode, textAt } from '../../yaml/source-node.ts';
import { referenceOf } from './actions.ts';
import { rewriteTera } from './tera.ts';
import { durationOf, ignoreKey } from './values.ts';

/** An entry of `triggers`; null when it is of a kind that does not exist here, which is reported. */
export function triggerOf(node: SourceNode, name: string, report: Report): SourceNode | null {
  if (node.kind !== 'map') return node;
  const owner = `Trigger \`${name}\``;
  const type = textAt(node, 'type');
  if (type === 'event_source') {
    report({
      code: 'dialect_unsupported',
      message: `${owner} is of type \`event_source\`, which this version of Millrace cannot run.`,
      hint: 'Let the source call a webhook trigger.',
      at: placeOfKey(node, 'type'),
    });
    return null;
  }
  return convertEntries(node, (entry): MapEntry[] => {
    switch (entry.key) {
      case 'type':
        return [{ ...entry, value: type === 'scheduler' ? nodeLike(entry.value, 'schedule') : entry.value }];
      case 'task':
        return [{ ...entry, key: 'workflow', value: referenceOf(entry.value) }];
      case 'input':
      case 'secret':
        return [{ ...entry, value: convertTexts(entry.value, (text) => rewriteTera(text, new Map(), report)) }];
      case 'timeout_secs':
        return [{ ...entry, key: 'timeout', value: durationOf(entry.value) }];
      case 'force_refresh':
        ignoreKey(node, 'force_refresh', owner, 'workspaces follow their source by themselves.', report);
        return [];
      case 'name':
        if (textAt(node, 'name') !== name) ignoreKey(node, 'name', owner, `the address ends with \`${name}\`.`, report);
        return [];
      default:
        return [entry];
    }
  });
}
