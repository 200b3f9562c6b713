import { type Definitions, findSealed, type Json, namesRead, secretReference } from '@millrace/core';

/** Names of the secrets that a workspace's definitions read, declared or not. */
export function secretsInUse(definitions: Definitions): readonly string[] {
  const { actions, workflows, connections = {}, triggers } = definitions;
  const texts = findSealed(withoutCode({ actions, workflows, connections } as unknown as Json));
  const webhooks = Object.values(triggers).flatMap((trigger) => {
    const name = trigger.type === 'webhook' ? secretReference(trigger.secret ?? '') : null;
    return name === null ? [] : [name];
  });
  const read = namesRead(
    texts.flatMap(({ reads }) => reads),
    'secrets',
  );
  return [...new Set([...read, ...webhooks])].sort();
}

/** `code` is never a template. */
function withoutCode(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => withoutCode(item));
  const kept = Object.entries(value).filter(([key]) => key !== 'code');
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutCode(field as Json)]));
}
