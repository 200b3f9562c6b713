import type { NameRead } from '@millrace/expression';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { declaredSecrets } from './check-connections.ts';
import type { Finding } from './check-read.ts';
import type { Loaded } from './loaded.ts';

/** What is wrong with a read of `secrets` or `connections`, where they may be read; null: nothing, or it reads neither. */
export function checkSecretRead({ path, guarded }: NameRead, loaded: Loaded): Finding | null {
  const [root, name, field] = path;
  if (root !== 'secrets' && root !== 'connections') return null;
  if (typeof name !== 'string') {
    // Workers are given just what a step names.
    return {
      code: 'secret_not_by_name',
      message: `\`${root}\` can only be read by a name that stands here.`,
      hint: `Write \`${root}.NAME\`.`,
    };
  }
  if (loaded.incomplete) return null;
  return root === 'secrets' ? checkSecret(name, loaded) : checkConnection(name, field, guarded, loaded);
}

function checkSecret(name: string, { secrets }: Loaded): Finding | null {
  const declared = declaredSecrets(secrets);
  if (declared === null || declared.includes(name)) return null;
  return {
    code: 'unknown_secret',
    message: `there is no secret \`${name}\` among those that the workspace declares.`,
    hint: didYouMean(name, declared) ?? `Declare it: \`secrets: { ${name}: { description: … } }\`.`,
  };
}

function checkConnection(
  name: string,
  field: string | number | undefined,
  guarded: boolean,
  { connections, connectionTypes }: Loaded,
): Finding | null {
  const connection = connections.get(name);
  if (connection === undefined) {
    return {
      code: 'unknown_connection',
      message: `there is no connection \`${name}\`.`,
      hint:
        didYouMean(name, connections.keys(), 'Connections') ??
        `Define it: \`connections: { ${name}: { values: … } }\`.`,
    };
  }
  const { definition } = connection;
  if (definition === null || typeof field !== 'string' || guarded) return null;
  const type = definition.type === undefined ? null : connectionTypes.get(definition.type)?.definition;
  // A type that is wrong or missing is reported at its own place.
  if (type === undefined) return null;
  const given = new Set([...Object.keys(definition.values), ...fieldsWithDefault(type?.fields ?? {})]);
  if (given.has(field)) return null;
  return {
    code: 'unknown_field',
    message: `the connection \`${name}\` has no \`${field}\`.`,
    hint: didYouMean(field, given, 'It has') ?? `Add \`${field}\` to its \`values\`.`,
  };
}

const fieldsWithDefault = (fields: Readonly<Record<string, Readonly<{ default?: unknown; required?: boolean }>>>) =>
  Object.entries(fields).flatMap(([key, { default: fallback, required }]) =>
    fallback === undefined && required !== true ? [] : [key],
  );
