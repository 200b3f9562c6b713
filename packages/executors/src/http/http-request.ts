import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type AddressGuard, RefusedAddress } from './address-guard.ts';

export type HttpRequest = Readonly<{
  url: URL;
  method: string;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: Buffer | null;
}>;

export type HttpResponse = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Where redirects led. */
  url: URL;
}>;

/** The response's body is larger than the limit. */
export class BodyTooLarge extends Error {
  readonly limit: number;

  constructor(limit: number) {
    super(`the body has more than ${limit} bytes`);
    this.limit = limit;
  }
}

export type HttpClient = Readonly<{
  send(request: HttpRequest, limitBytes: number, signal: AbortSignal): Promise<HttpResponse>;
}>;

const maxRedirects = 5;
/** Not sent on to another origin. */
const credentials = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * An HTTP client over node:http(s) with keep-alive. Not `fetch`: every connection must go to an address that the guard
 * has checked, also after redirects. `idleMs`: how long a connection may be silent.
 */
export function createHttpClient(guard: AddressGuard, idleMs: number): HttpClient {
  let line: Promise<Line> | null = null;
  return {
    async send(first, limitBytes, signal) {
      line ??= openLine(guard, idleMs);
      const opened = await line;
      let request = first;
      for (let redirects = 0; ; redirects++) {
        const refusal = guard.refusal(request.url.hostname);
        if (refusal !== null) throw new RefusedAddress(`the address is ${refusal}`);
        const message = await exchange(request, opened, idleMs, signal);
        const next = redirected(request, message);
        if (next === null) {
          const body = await readBody(message, limitBytes);
          return { status: message.statusCode ?? 0, headers: plainHeaders(message), body, url: request.url };
        }
        message.resume();
        if (redirects >= maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
        request = next;
      }
    },
  };
}

type Line = Readonly<{
  http: Readonly<{ agent: HttpAgent; request: typeof import('node:http').request }>;
  https: Readonly<{ agent: HttpsAgent; request: typeof import('node:https').request }>;
}>;

/**
 * With the first request: to import `node:http` loads all of Node's `fetch` as well, which took a seventh of the time in which a
 * command starts that runs one shell step.
 */
async function openLine(guard: AddressGuard, idleMs: number): Promise<Line> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  const options = { keepAlive: true, timeout: idleMs, lookup: guard.lookup };
  return {
    http: { agent: new http.Agent(options), request: http.request },
    https: { agent: new https.Agent(options), request: https.request },
  };
}

function exchange(
  { url, method, headers, body }: HttpRequest,
  { http, https }: Line,
  idleMs: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal, timeout: idleMs };
    const sent = secure
      ? https.request(url, { ...options, agent: https.agent }, resolve)
      : http.request(url, { ...options, agent: http.agent }, resolve);
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`nothing was heard for ${idleMs} ms`)));
    sent.end(body ?? undefined);
  });
}

/** The request that a redirect asks for, as browsers and the fetch standard read it; null for any other response. */
function redirected(request: HttpRequest, message: IncomingMessage): HttpRequest | null {
  const status = message.statusCode ?? 0;
  const { location } = message.headers;
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return null;
  const url = new URL(location, request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`a redirect to ${url.protocol} is not followed`);
  const toGet = (status === 303 && request.method !== 'HEAD') || (status <= 302 && request.method === 'POST');
  const dropped = [
    ...(url.origin === request.url.origin ? [] : credentials),
    ...(toGet ? ['content-type', 'content-length'] : []),
  ];
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.includes(name)));
  return { url, headers, method: toGet ? 'GET' : request.method, body: toGet ? null : request.body };
}

async function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of decoded(message)) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > limitBytes) throw new BodyTooLarge(limitBytes);
      chunks.push(bytes);
    }
  } catch (cause) {
    message.destroy();
    throw cause;
  }
  return Buffer.concat(chunks);
}

function decoded(message: IncomingMessage): Readable {
  const decoder = decoderFor(message.headers['content-encoding']);
  if (decoder === null) return message;
  message.once('error', (cause) => decoder.destroy(cause));
  return message.pipe(decoder);
}

function decoderFor(encoding: string | undefined) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return null;
  }
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
