import type { SignedRequest } from '@millrace/engine';
import type { FastifyRequest } from 'fastify';

/** What proofs of a sender are made over: the bytes of the body as they came, headers and query with one value each. */
export function signedRequest(request: FastifyRequest): SignedRequest {
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  return { headers: singleHeaders(request), query: singleQuery(request.query), body };
}

function singleHeaders({ headers }: FastifyRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** Of a parameter that comes several times, the last one. */
function singleQuery(query: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries((query ?? {}) as Readonly<Record<string, string | string[]>>).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value.at(-1) ?? '') : value,
    ]),
  );
}
