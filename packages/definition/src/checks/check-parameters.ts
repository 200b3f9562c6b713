import type { Parameter, Parameters } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { isReservedName } from '../values/names.ts';
import { type MapNode, mapAt, placeOfKey, type SourceNode } from '../yaml/source-node.ts';
import { checkLiteral } from './literal-values.ts';
import { patternProblem } from './patterns.ts';

/** Checks that the parameters of an action, workflow or form make sense in themselves. `node` is where they stand. */
export function checkParameters(
  parameters: Parameters,
  node: SourceNode | undefined,
  owner: string,
  report: Report,
): void {
  if (parameters.kind !== 'flat' || node?.kind !== 'map') return;
  checkFields(parameters.fields, node, owner, report);
}

function checkFields(fields: Readonly<Record<string, Parameter>>, node: MapNode, owner: string, report: Report): void {
  for (const [name, parameter] of Object.entries(fields)) {
    const own = mapAt(node, name);
    if (own === undefined) continue;
    if (isReservedName(name)) {
      const message = `${owner}: \`${name}\` is a reserved word and cannot be the name of a parameter.`;
      report({ code: 'reserved_name', message, hint: 'Use another name.', at: placeOfKey(node, name) });
    }
    checkParameter(parameter, own, `${owner}: parameter \`${name}\``, name, report);
  }
}

const numeric = ['integer', 'number'];
const textual = ['string', 'text', 'file', 'array'];
/** Which types a restriction has a meaning for. */
const applies: Readonly<Record<string, readonly string[]>> = {
  minimum: numeric,
  maximum: numeric,
  min_length: textual,
  max_length: textual,
  pattern: ['string', 'text'],
  items: ['array'],
  properties: ['object'],
};

function checkParameter(parameter: Parameter, node: MapNode, owner: string, label: string, report: Report): void {
  for (const [key, types] of Object.entries(applies)) {
    if (!node.entries.has(key) || types.includes(parameter.type)) continue;
    const message = `${owner}: \`${key}\` has no meaning for the type \`${parameter.type}\`.`;
    report({ code: 'invalid_value', message, hint: `It belongs to: ${types.join(', ')}.`, at: placeOfKey(node, key) });
  }
  checkBounds(parameter, node, owner, report);
  const pattern = node.entries.get('pattern')?.value;
  const problem = parameter.pattern === undefined ? null : patternProblem(parameter.pattern);
  if (pattern !== undefined && problem !== null) {
    report({
      code: 'invalid_pattern',
      message: `${owner}: \`pattern\` is not a valid regular expression: ${problem}`,
      hint: 'Patterns are RE2: no look-around, no back references.',
      at: placeOfKey(node, 'pattern'),
    });
  }
  const { default: _, pattern: written, ...rest } = parameter;
  const usable: Parameter = written === undefined || problem !== null ? rest : { ...rest, pattern: written };
  const fallback = node.entries.get('default')?.value;
  if (fallback !== undefined && !(fallback.kind === 'scalar' && fallback.value === null)) {
    checkLiteral(fallback, usable, `${owner}: \`default\``, 'invalid_default', report);
  }
  const { enum: __, ...free } = usable;
  const allowed = node.entries.get('enum')?.value;
  if (allowed?.kind === 'list') {
    for (const [index, item] of allowed.items.entries()) {
      checkLiteral(item, { ...free, multiple: false }, `${owner}: \`enum[${index}]\``, 'invalid_value', report);
    }
  }
  const items = mapAt(node, 'items');
  if (parameter.items !== undefined && items !== undefined) {
    checkParameter(parameter.items, items, owner, `${label}[]`, report);
  }
  const properties = mapAt(node, 'properties');
  if (parameter.properties !== undefined && properties !== undefined) {
    checkFields(parameter.properties, properties, owner, report);
  }
}

function checkBounds(parameter: Parameter, node: MapNode, owner: string, report: Report): void {
  const pairs = [
    ['minimum', parameter.minimum, 'maximum', parameter.maximum],
    ['min_length', parameter.min_length, 'max_length', parameter.max_length],
  ] as const;
  for (const [lowKey, low, highKey, high] of pairs) {
    if (low === undefined || high === undefined || low <= high) continue;
    const message = `${owner}: \`${lowKey}\` (${low}) is greater than \`${highKey}\` (${high}), so no value can be right.`;
    report({ code: 'out_of_range', message, hint: 'Swap them.', at: placeOfKey(node, highKey) });
  }
}
