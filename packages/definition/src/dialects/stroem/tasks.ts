import type { Report } from '../../diagnostics/diagnostic.ts';
import { convertEntries, convertTexts, listLike, mapOf, nodeLike } from '../../yaml/edit-node.ts';
import { type MapEntry, type MapNode, mapAt, type SourceNode } from '../../yaml/source-node.ts';
import { bodyOf, hasInput, referenceOf } from './actions.ts';
import { rewriteCondition, rewriteTera, type StepNames, stepNames } from './tera.ts';
import { anyInput, durationOf, ignoreKey, inputOf } from './values.ts';

export const hookKeys: Readonly<Record<string, string>> = {
  on_success: 'on_success',
  on_error: 'on_failure',
  on_cancel: 'on_cancel',
  on_suspended: 'on_suspend',
};

/** An entry of `tasks`: our workflow. */
export function workflowOf(node: SourceNode, owner: string, report: Report): SourceNode {
  if (node.kind !== 'map') return node;
  const flow = mapAt(node, 'flow');
  const steps = stepNames(flow?.entries.keys() ?? []);
  const converted = convertEntries(node, (entry): MapEntry[] => {
    const hook = Object.hasOwn(hookKeys, entry.key) ? hookKeys[entry.key] : undefined;
    if (hook !== undefined) return [{ ...entry, key: hook, value: hooksOf(entry.value, steps, report) }];
    switch (entry.key) {
      case 'flow':
        return [{ ...entry, key: 'steps', value: flow === undefined ? entry.value : flowOf(flow, steps, report) }];
      case 'input':
        return [{ ...entry, value: inputOf(entry.value) }];
      case 'name':
        return node.entries.has('description') ? [] : [{ ...entry, key: 'description' }];
      case 'timeout':
        return [{ ...entry, value: durationOf(entry.value) }];
      case 'folder':
        ignoreKey(node, 'folder', owner, 'it only sorts the list of tasks.', report);
        return [];
      case 'retry':
        ignoreKey(node, 'retry', owner, 'only steps are retried, and Strøm never retried tasks either.', report);
        return [];
      default:
        return [entry];
    }
  });
  return hasInput(node) ? converted : mapOf(converted, [...converted.entries.values(), anyInput(node)]);
}

function flowOf(flow: MapNode, steps: StepNames, report: Report): MapNode {
  return convertEntries(flow, (entry) => [{ ...entry, value: stepOf(entry.value, entry.key, steps, report) }]);
}

function stepOf(node: SourceNode, name: string, steps: StepNames, report: Report): SourceNode {
  if (node.kind !== 'map') return node;
  const text = (value: SourceNode) => convertTexts(value, (one) => rewriteTera(one, steps, report));
  const condition = (value: SourceNode) =>
    value.kind === 'scalar' && typeof value.value === 'string' ? rewriteCondition(value, steps, report) : text(value);
  const converted = convertEntries(bodyOf(node, `Step \`${name}\``, steps, report), (entry): MapEntry[] => {
    switch (entry.key) {
      case 'action':
        return [{ ...entry, value: referenceOf(entry.value) }];
      case 'input':
        return [{ ...entry, value: text(entry.value) }];
      case 'when':
      case 'for_each':
        return [{ ...entry, value: condition(entry.value) }];
      case 'sequential':
        return entry.value.kind === 'scalar' && entry.value.value === true
          ? [{ ...entry, key: 'concurrency', value: nodeLike(entry.value, 1) }]
          : [];
      default:
        return [entry];
    }
  });
  return converted;
}

export function hooksOf(node: SourceNode, steps: StepNames, report: Report): SourceNode {
  if (node.kind !== 'list') return node;
  const calls = node.items.map((call) =>
    call.kind !== 'map'
      ? call
      : convertEntries(call, (entry) => [
          entry.key === 'action'
            ? { ...entry, value: referenceOf(entry.value) }
            : { ...entry, value: convertTexts(entry.value, (text) => rewriteTera(text, steps, report)) },
        ]),
  );
  return listLike(node, calls);
}
