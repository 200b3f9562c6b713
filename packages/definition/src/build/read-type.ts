import type { ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { alternatives } from '../grammar/action-bodies.ts';
import type { Subject } from '../grammar/read-node.ts';
import { describeValue, listOf } from '../values/describe-value.ts';
import { nodeAt, placeOf, placeOfKey, type SourceNode, toJson } from '../yaml/source-node.ts';

/** The `type` of an action, inline step, trigger or workspace: it decides which keys the rest may have. */
export function readType<Type extends string>(
  node: SourceNode,
  subject: Subject,
  types: readonly Type[],
  report: Report,
): Type | null {
  if (node.kind !== 'map') {
    const came = describeValue(toJson(node));
    report({ code: 'not_a_map', message: `${subject.name} must be a map of keys; got ${came}.`, at: subject.at });
    return null;
  }
  const written = nodeAt(node, ['type']);
  if (written === undefined) {
    report({
      code: 'missing_key',
      message: `${subject.name} needs the key \`type\`.`,
      hint: `Types: ${listOf(types)}.`,
      at: subject.at,
    });
    return null;
  }
  const value = toJson(written);
  const type = types.find((one) => one === value);
  if (type !== undefined) return type;
  report({
    code: 'unknown_type',
    message: `${subject.name}: \`type\` must be one of ${listOf(types)}; got ${describeValue(value)}.`,
    hint: typeof value === 'string' ? didYouMean(value, types) : null,
    at: written.start === written.end ? placeOfKey(node, 'type') : placeOf(written),
  });
  return null;
}

/** Checks the keys of which exactly one (or at least one) must be there. */
export function checkAlternatives(type: ActionType, node: SourceNode, subject: Subject, report: Report): boolean {
  const rule = alternatives[type];
  if (rule === undefined || node.kind !== 'map') return true;
  const given = rule.keys.filter((key) => node.entries.has(key));
  const [, second] = given;
  if (given.length === 1 || (given.length > 1 && rule.several)) return true;
  report({
    code: 'exactly_one',
    message:
      second === undefined
        ? `${subject.name} of type \`${type}\` needs ${rule.several ? 'at least' : 'exactly'} one of ${listOf(rule.keys)}.`
        : `${subject.name} of type \`${type}\` has ${listOf(given)}; only one of them is allowed.`,
    hint: second === undefined ? `Add \`${rule.keys[0]}: …\`.` : `Keep one of ${listOf(given)}.`,
    at: second === undefined ? subject.at : placeOfKey(node, second),
  });
  return false;
}
