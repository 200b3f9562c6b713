import { type Answer, type Given, type OperationId, type Route, type Routes, routes } from '@millrace/api';
import { ApiError, errorOf, unreachable } from './api-error.ts';

export type ClientOptions = Readonly<{
  /** The server's address: `http://127.0.0.1:7117`. */
  url: string;
  /** An API key, or the server's API token; or what gives a token that is good now. In a browser, cookies do. */
  token?: string | (() => Promise<string | undefined>);
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
}>;

type PartNames = 'params' | 'query' | 'headers' | 'body';

/** The parts that an operation has, as its caller gives them. */
type Parts<R> = {
  readonly [Name in PartNames as Given<R, Name> extends undefined ? never : Name]?: Given<R, Name>;
};

/** The same, once which operation it is no longer matters. */
type GivenParts = Readonly<Partial<Record<PartNames, unknown>>>;

export type Transport = Readonly<{
  /** Calls an operation that answers with JSON. */
  call<Id extends OperationId>(
    operationId: Id,
    parts: Parts<Routes[Id]>,
    options?: Readonly<{ signal?: AbortSignal | undefined }>,
  ): Promise<Answer<Routes[Id]>>;
  /** Calls any operation; the answer's body is the caller's. Error answers are thrown here too. */
  open<Id extends OperationId>(
    operationId: Id,
    parts: Parts<Routes[Id]>,
    options?: Readonly<{ signal?: AbortSignal | undefined }>,
  ): Promise<Response>;
  base: string;
  token: ClientOptions['token'];
}>;

export function createTransport(options: ClientOptions): Transport {
  const base = options.url.replace(/\/+$/, '');
  const { token } = options;

  async function open(
    operationId: OperationId,
    given: GivenParts,
    { signal }: Readonly<{ signal?: AbortSignal | undefined }> = {},
  ): Promise<Response> {
    const spec: Route = routes[operationId];
    const url = base + fillPath(spec.path, given.params) + queryText(given.query);
    const send = options.fetch ?? globalThis.fetch;
    const shown = typeof token === 'function' ? await token() : token;
    let response: Response;
    try {
      response = await send(url, {
        method: spec.method,
        headers: {
          ...(shown === undefined ? {} : { authorization: `Bearer ${shown}` }),
          ...(spec.method === 'POST' ? { 'content-type': 'application/json' } : {}),
          ...definedOnly(given.headers),
        },
        ...(spec.method === 'POST' ? { body: JSON.stringify(given.body ?? {}) } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw unreachable(base, cause);
    }
    // A server that is not ready answers 503 with its reasons: a good answer of that operation.
    if (!response.ok && spec.responses[response.status] === undefined) throw await errorOf(response, base);
    return response;
  }

  return {
    base,
    token,
    open: (operationId, parts, callOptions) => open(operationId, parts as GivenParts, callOptions),
    async call(operationId, parts, callOptions) {
      const response = await open(operationId, parts as GivenParts, callOptions);
      try {
        // Typed by the contract, and not checked: a newer server may say more than this client knows.
        return (await response.json()) as never;
      } catch (cause) {
        if (callOptions?.signal?.aborted) throw cause;
        throw new ApiError('unexpected_answer', `The answer of ${base} is no JSON, or was cut off.`, {
          status: response.status,
          hint: 'Is it a Millrace server? The server may also have stopped in the middle of its answer.',
          cause,
        });
      }
    },
  };
}

function fillPath(path: string, params: unknown): string {
  const values = (params ?? {}) as Readonly<Record<string, unknown>>;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

function queryText(query: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Readonly<Record<string, unknown>>)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.size === 0 ? '' : `?${search}`;
}

function definedOnly(headers: unknown): Record<string, string> {
  const entries = Object.entries((headers ?? {}) as Readonly<Record<string, string | undefined>>);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
