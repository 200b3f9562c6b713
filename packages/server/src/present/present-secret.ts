import { type Connection, isoTime, type Secret } from '@millrace/api';
import { type ConnectionDefinition, findSealed, namesRead } from '@millrace/core';
import type { SecretDetail } from '@millrace/engine';

export function presentSecret({ stored, ...rest }: SecretDetail): Secret {
  return {
    ...rest,
    stored:
      stored === null
        ? null
        : { key: stored.keyId, updated_at: isoTime(stored.updatedAt), updated_by: stored.updatedBy },
  };
}

export function presentConnection(
  workspace: string,
  { name, description, type, values }: ConnectionDefinition,
): Connection {
  const reads = findSealed(values).flatMap((text) => text.reads);
  return {
    workspace,
    name,
    description: description ?? null,
    type: type ?? null,
    values,
    secrets: [...namesRead(reads, 'secrets')],
  };
}
