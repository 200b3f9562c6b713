import type { Route } from './route.ts';

/**
 * The text of a module that a bundler may put in the place of this package for who only calls a server: the routes without
 * their schemas, and whatever else of the contract is plain text, numbers or lists of them. Schemas, and the library that
 * checks them, are the server's work. `contract`: all that this package exports.
 */
export function contractTable(contract: Readonly<Record<string, unknown>> & Readonly<{ routes: object }>): string {
  const table = Object.fromEntries(
    Object.entries(contract.routes as Readonly<Record<string, Route>>).map(([id, { method, path, responses }]) => [
      id,
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
