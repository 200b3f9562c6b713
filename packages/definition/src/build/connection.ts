import type { ConnectionDefinition, ConnectionTypeDefinition } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { connection, connectionType } from '../grammar/connection.ts';
import { readNode } from '../grammar/read-node.ts';
import type { Named } from './named.ts';

/** One entry of `connection_types`; null when it has an error, which is reported. */
export function buildConnectionType({ name, at, node }: Named, report: Report): ConnectionTypeDefinition | null {
  const subject = { name: `Connection type \`${name}\``, at, noun: 'connection type' } as const;
  const written = readNode(connectionType, node, subject, report);
  return written === null ? null : { name, ...written };
}

/** One entry of `connections`, without the defaults of its type; null when it has an error, which is reported. */
export function buildConnection({ name, at, node }: Named, report: Report): ConnectionDefinition | null {
  const written = readNode(connection, node, { name: `Connection \`${name}\``, at, noun: 'connection' }, report);
  return written === null ? null : { name, ...written, values: written.values ?? {} };
}
