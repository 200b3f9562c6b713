import type { Assignment, AssignmentSecrets, Fault, Json, JsonObject } from '@millrace/core';
import { StepFault } from '../attempt-results.ts';
import { type Rendering, renderDeep, renderString } from '../templates/render-text.ts';

/** Secrets by name: a text, or the fields of one whose fields are read. */
export type SecretValues = Readonly<Record<string, string | JsonObject>>;

/**
 * The assignment with its secrets in place: what still were templates is rendered, and the body's templates can read
 * `secrets` and `connections`. `now` is for `now()`, in milliseconds. A fault (code `expression`) where one of them fails.
 */
export function revealAssignment(
  assignment: Assignment,
  values: SecretValues,
  now: number,
): Readonly<{ revealed: Assignment } | { fault: Fault }> {
  try {
    const { secrets } = assignment;
    return { revealed: secrets === undefined ? assignment : reveal(assignment, secrets, values, now) };
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    return { fault: error.fault };
  }
}

function reveal(assignment: Assignment, secrets: AssignmentSecrets, values: SecretValues, now: number): Assignment {
  const rendering = (names: JsonObject): Rendering => ({
    assignment: { ...assignment, places: secrets.places },
    scope: { names, now, uuid: () => crypto.randomUUID() },
  });
  const ofSecrets = rendering({ secrets: values });
  const connections = renderDeep(ofSecrets, secrets.connections, '/connections') as JsonObject;
  const hidden: JsonObject = { secrets: values, connections };
  const config = (of: JsonObject, pointers: readonly string[]): JsonObject =>
    pointers.length === 0 ? of : { ...of, config: renderAt(ofSecrets, of.config ?? null, pointers, '/config') };
  const own = rendering({ ...config(secrets.scope, secrets.ownConfig), ...hidden });
  return {
    ...assignment,
    input: renderAt(own, assignment.input, secrets.input, '/input') as JsonObject,
    env: environment(own, assignment.env, secrets),
    names: { ...config(assignment.names, secrets.bodyConfig), ...hidden },
  };
}

function environment(
  rendering: Rendering,
  env: Assignment['env'],
  { env: pointers }: AssignmentSecrets,
): Assignment['env'] {
  const rendered = pointers.map((pointer): [string, string] => {
    const name = pointer.slice(1);
    return [name, renderString(rendering, env[name] ?? '', `/env${pointer}`)];
  });
  return { ...env, ...Object.fromEntries(rendered) };
}

/** A value with the texts at these pointers rendered. What a pointer does not lead to is left out of the value already. */
function renderAt(rendering: Rendering, value: Json, pointers: readonly string[], root: string): Json {
  return pointers.reduce((whole, pointer) => {
    const keys = pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    return replaceAt(whole, keys, (text) => renderDeep(rendering, text, root + pointer));
  }, value);
}

function replaceAt(value: Json, keys: readonly string[], render: (found: Json) => Json): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return render(value);
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => (String(index) === key ? replaceAt(item, rest, render) : item));
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value;
  const record = value as JsonObject;
  return { ...record, [key]: replaceAt(record[key] ?? null, rest, render) };
}
