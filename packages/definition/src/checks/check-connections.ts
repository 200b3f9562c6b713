import { type ConnectionDefinition, findSealed, type Parameter, type SecretDefinition } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { entryOf } from '../values/record.ts';
import { nodeAt, placeAtPath, placeOf, placeOfKey, type SourceNode, toJson } from '../yaml/source-node.ts';
import { checkParameters } from './check-parameters.ts';
import { checkLiteral } from './literal-values.ts';
import type { Loaded, LoadedConnection } from './loaded.ts';

/** Checks connection types in themselves, and each connection against its type. */
export function checkConnections(loaded: Loaded, report: Report): void {
  for (const { name, node, definition } of loaded.connectionTypes.values()) {
    if (definition === null) continue;
    const { fields } = definition;
    checkParameters({ kind: 'flat', fields }, nodeAt(node, ['fields']), `Connection type \`${name}\``, report);
  }
  for (const connection of loaded.connections.values()) checkConnection(connection, loaded, report);
}

function checkConnection({ name, node, at, definition }: LoadedConnection, loaded: Loaded, report: Report): void {
  if (definition?.type === undefined) return;
  const type = loaded.connectionTypes.get(definition.type);
  const owner = `Connection \`${name}\``;
  if (type === undefined) {
    if (loaded.incomplete) return;
    report({
      code: 'unknown_connection_type',
      message: `${owner} has the type \`${definition.type}\`, which does not exist.`,
      hint:
        didYouMean(definition.type, loaded.connectionTypes.keys(), 'Types') ?? 'Define it below `connection_types`.',
      at: placeAtPath(node, ['type']),
    });
    return;
  }
  if (type.definition === null) return;
  const { fields } = type.definition;
  checkGiven(definition, node, fields, owner, report);
  for (const [key, { required, default: fallback, description }] of Object.entries(fields)) {
    if (required !== true || fallback !== undefined || Object.hasOwn(definition.values, key)) continue;
    report({
      code: 'missing_field',
      message: `${owner} does not give \`${key}\`, which connections of type \`${definition.type}\` need.`,
      hint: `Add \`values: { ${key}: … }\`${description === undefined ? '' : ` (${description})`}.`,
      at: node.kind === 'map' && node.entries.has('values') ? placeOfKey(node, 'values') : at,
    });
  }
}

function checkGiven(
  { type }: ConnectionDefinition,
  node: SourceNode,
  fields: Readonly<Record<string, Parameter>>,
  owner: string,
  report: Report,
): void {
  const given = nodeAt(node, ['values']);
  for (const [key, { value }] of given?.kind === 'map' ? given.entries : []) {
    const field = entryOf(fields, key);
    if (field === undefined) {
      report({
        code: 'unknown_field',
        message: `${owner}: connections of type \`${type}\` have no \`${key}\`.`,
        hint: didYouMean(key, Object.keys(fields), 'They have'),
        at: given?.kind === 'map' ? placeOfKey(given, key) : placeOf(node),
      });
    } else if (field.secret === true && findSealed(toJson(value)).length === 0) {
      report({
        code: 'secret_in_clear',
        message: `${owner}: \`${key}\` is secret, so it must be given as \`{{ secrets.NAME }}\`.`,
        hint: 'Give the value to the server: `millrace secret set NAME`. Who could read this file knows it: change it.',
        at: placeOf(value),
      });
    } else checkLiteral(value, field, `${owner}: \`values.${key}\``, 'invalid_input', report);
  }
}

/** A connection as others see it: what it does not give comes from its type. */
export function withDefaults(loaded: Loaded, definition: ConnectionDefinition): ConnectionDefinition {
  const type = definition.type === undefined ? undefined : loaded.connectionTypes.get(definition.type)?.definition;
  const missing = Object.entries(type?.fields ?? {}).flatMap(([key, field]) =>
    field.default === undefined || Object.hasOwn(definition.values, key) ? [] : [[key, field.default] as const],
  );
  return { ...definition, values: { ...definition.values, ...Object.fromEntries(missing) } };
}

/** The names that `secrets` has for expressions; null: the workspace does not say which there are. */
export function declaredSecrets(secrets: ReadonlyMap<string, Readonly<{ definition: SecretDefinition | null }>>) {
  return secrets.size === 0 ? null : [...secrets.keys()];
}
