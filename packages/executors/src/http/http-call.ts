import type { Json, JsonObject } from '@millrace/core';
import { StepFault } from '../attempt-results.ts';
import { RefusedAddress } from './address-guard.ts';
import { isExpectedStatus } from './expected-status.ts';
import { BodyTooLarge, type HttpClient, type HttpRequest, type HttpResponse } from './http-request.ts';

/** A request as a step describes it: values, no templates. */
export type RequestParts = Readonly<{
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  query: JsonObject;
  /** null: none. */
  body: Readonly<{ content: Json }> | null;
}>;

type Statuses = readonly (number | string)[] | undefined;
export type HttpOutput = { status: number; headers: Readonly<Record<string, string>>; body: Json };

/** Throws a `StepFault` for what is no request. */
export function buildRequest(parts: RequestParts): HttpRequest {
  const text = parts.url.trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalidRequest(`url: ${JSON.stringify(text)} is not an http or https address.`);
  }
  for (const [name, value] of Object.entries(parts.query)) {
    for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
      if (item !== null) url.searchParams.append(name, typeof item === 'string' ? item : JSON.stringify(item));
    }
  }
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'millrace' };
  for (const [name, value] of Object.entries(parts.headers)) headers[name.toLowerCase()] = value;
  const content = parts.body === null ? null : contentOf(parts.body.content);
  if (content !== null) {
    headers['content-type'] ??= content.type;
    headers['content-length'] = String(content.bytes.length);
  }
  return { url, method: parts.method.toUpperCase(), headers, body: content?.bytes ?? null };
}

/** Sends it and gives what a step of type `http` gives. Throws what `requestFault` reads, or a `StepFault` for a status. */
export async function sendRequest(
  client: HttpClient,
  request: HttpRequest,
  options: Readonly<{ expected: Statuses; limitBytes: number; signal: AbortSignal; note: (text: string) => void }>,
): Promise<HttpOutput> {
  const response = await client.send(request, options.limitBytes, options.signal);
  options.note(`${request.method} ${safeUrl(response.url)}: ${response.status}, ${response.body.length} bytes`);
  if (isExpectedStatus(response.status, options.expected)) return outputOf(response);
  throw wrongStatus(options.expected, request, response);
}

function contentOf(body: Json): { bytes: Buffer; type: string } {
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain; charset=utf-8' };
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' };
}

function outputOf(response: HttpResponse): HttpOutput {
  return { status: response.status, headers: response.headers, body: bodyOf(response) };
}

function bodyOf({ headers, body }: HttpResponse): Json {
  const type = headers['content-type'] ?? '';
  const text = decoderFor(type).decode(body);
  if (!/^[\w.-]+\/([\w.-]+\+)?json\b/i.test(type) || text.trim() === '') return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A server that calls something JSON which is none: its text is more use than a failed step.
    return text;
  }
}

function decoderFor(contentType: string) {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

function wrongStatus(statuses: Statuses, request: HttpRequest, response: HttpResponse): StepFault {
  const expected = (statuses ?? ['2xx']).join(', ');
  const text = response.body.toString('utf8');
  const said = text.trim().split('\n')[0]?.slice(0, 200) ?? '';
  return new StepFault({
    code: 'http_status',
    message: `${request.method} ${safeUrl(request.url)} answered ${response.status}; expected ${expected}${said === '' ? '' : `: ${said}`}`,
    hint: 'If this status is fine, name it in `expect: { status: [...] }`.',
    details: { status: response.status, body: text.slice(0, 4_096) },
  });
}

/** What a request that got no answer, or was not sent, means for its step. */
export function requestFault(request: HttpRequest | null, cause: unknown): StepFault {
  const what = request === null ? 'The request' : `${request.method} ${safeUrl(request.url)}`;
  if (cause instanceof RefusedAddress) {
    return new StepFault({
      code: 'address_refused',
      message: `${what} was not sent: ${cause.message}, which http steps on this worker may not reach.`,
      hint: 'The operator of the worker can allow hosts and networks with the setting `http.allow_private`.',
      retryable: false,
    });
  }
  if (cause instanceof BodyTooLarge) {
    return new StepFault({
      code: 'output_too_large',
      message: `${what}: ${cause.message}, the limit for a step's output.`,
      hint: 'Ask the service for less, or raise `limits.output_bytes` of the server.',
      details: { limit: cause.limit },
      retryable: false,
    });
  }
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN' || code === 'ERR_UNESCAPED_CHARACTERS') {
    return invalidRequest(`${what} cannot be sent: ${message}.`);
  }
  const detail =
    cause instanceof AggregateError ? cause.errors.map((each) => String(each?.message)).join('; ') : message;
  return new StepFault(
    {
      code: 'http_error',
      message: `${what} failed: ${detail === '' ? code : detail}.`,
      hint: 'No answer came. Check the name, the port and that the service is up and reachable from the worker.',
      details: { reason: code ?? null },
    },
    cause,
  );
}

const invalidRequest = (message: string): StepFault =>
  new StepFault({ code: 'invalid_action', message, retryable: false });

/** A URL without its user, password and query, which may hold secrets. */
const safeUrl = (url: URL): string => `${url.origin}${url.pathname}`;
