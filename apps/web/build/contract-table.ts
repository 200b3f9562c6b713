import * as contract from '@millrace/api';
import { type OperationId, type Route, routes } from '@millrace/api';
import type { Plugin } from 'vite';

/**
 * Puts a small table in the place of `@millrace/api`. Pages call the server by method and path, typed by the contract;
 * its schemas, and the library that checks them, are the server's work and would be a third of the first load.
 */
export function contractTable(): Plugin {
  const id = '\0contract-table';
  return {
    name: 'millrace:contract-table',
    enforce: 'pre',
    resolveId: (source) => (source === '@millrace/api' ? id : undefined),
    load: (source) => (source === id ? contractText() : undefined),
  };
}

/** The routes without their schemas, and whatever else of the contract is plain text, numbers or lists of them. */
function contractText(): string {
  const table = Object.fromEntries(
    Object.entries(routes as Readonly<Record<OperationId, Route>>).map(([operationId, { method, path, responses }]) => [
      operationId,
      { method, path, responses: Object.fromEntries(Object.keys(responses).map((status) => [status, {}])) },
    ]),
  );
  const plain = Object.entries(contract).filter(([, value]) => isPlain(value));
  return [['routes', table] as const, ...plain]
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join('\n');
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'));
