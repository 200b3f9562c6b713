import type { AttemptResult, HttpBody, Json } from '@millrace/core';
import { failed, StepFault, stopped, succeeded } from '../attempt-results.ts';
import { type ExecutionContext, type Executor, stopReasonOf } from '../executor.ts';
import { type Rendering, renderDeep, renderingOf, renderString, renderStrings } from '../templates/render-text.ts';
import { createAddressGuard, type PrivateAccess, RefusedAddress } from './address-guard.ts';
import { isExpectedStatus } from './expected-status.ts';
import {
  BodyTooLarge,
  createHttpClient,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from './http-request.ts';

export type HttpExecutorOptions = Readonly<{
  /**
   * Whether steps may reach loopback, private and link-local addresses; a list names hosts, addresses or networks.
   * Default: false, so that nobody reads a cloud's metadata service or an inner admin page through a step.
   */
  allowPrivate?: PrivateAccess;
  /** How long a connection may be silent. Default: 5 minutes. */
  idleTimeoutMs?: number;
  /** Milliseconds since the epoch, for `now()` in templates. */
  clock?: () => number;
}>;

/** Executes `http` actions. Output: `{ status, headers, body }`, where `body` is parsed when the response is JSON. */
export function createHttpExecutor(options: HttpExecutorOptions = {}): Executor {
  const clock = options.clock ?? Date.now;
  const client = createHttpClient(createAddressGuard(options.allowPrivate ?? false), options.idleTimeoutMs ?? 300_000);
  return {
    capability: 'http',
    needsFolders: false,
    execute: (context) => call(client, context, clock()),
  };
}

async function call(client: HttpClient, context: ExecutionContext, now: number): Promise<AttemptResult> {
  const startedAt = performance.now();
  const { assignment } = context;
  if (assignment.body.type !== 'http') throw new TypeError(`The http executor got ${assignment.body.type}.`);
  let request: HttpRequest | null = null;
  try {
    request = requestOf(assignment.body, renderingOf(assignment, now));
    const response = await client.send(request, assignment.limits.outputBytes, context.signal);
    note(context, `${request.method} ${safeUrl(response.url)}: ${response.status}, ${response.body.length} bytes`);
    const output = outputOf(response);
    if (isExpectedStatus(response.status, assignment.body.expect?.status)) return succeeded(output, startedAt);
    throw wrongStatus(assignment.body, request, response);
  } catch (cause) {
    if (context.stopReason !== null) return stopped(stopReasonOf(context.signal), assignment, startedAt);
    const fault = cause instanceof StepFault ? cause.fault : requestFault(request, cause).fault;
    return failed(fault, startedAt);
  }
}

function requestOf(body: HttpBody, rendering: Rendering): HttpRequest {
  const text = renderString(rendering, body.url, '/url').trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalidRequest(`url: ${JSON.stringify(text)} is not an http or https address.`);
  }
  const query = renderDeep(rendering, body.query ?? {}, '/query') as Readonly<Record<string, Json>>;
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
      if (item !== null) url.searchParams.append(name, typeof item === 'string' ? item : JSON.stringify(item));
    }
  }
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'millrace' };
  for (const [name, value] of Object.entries(renderStrings(rendering, body.headers ?? {}, '/headers'))) {
    headers[name.toLowerCase()] = value;
  }
  const content = body.body === undefined ? null : contentOf(renderDeep(rendering, body.body, '/body'));
  if (content !== null) {
    headers['content-type'] ??= content.type;
    headers['content-length'] = String(content.bytes.length);
  }
  const method = renderString(rendering, body.method, '/method').toUpperCase();
  return { url, method, headers, body: content?.bytes ?? null };
}

function contentOf(body: Json): { bytes: Buffer; type: string } {
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain; charset=utf-8' };
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' };
}

function outputOf(response: HttpResponse): { status: number; headers: Readonly<Record<string, string>>; body: Json } {
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

function wrongStatus(body: HttpBody, request: HttpRequest, response: HttpResponse): StepFault {
  const expected = (body.expect?.status ?? ['2xx']).join(', ');
  const text = response.body.toString('utf8');
  const said = text.trim().split('\n')[0]?.slice(0, 200) ?? '';
  return new StepFault({
    code: 'http_status',
    message: `${request.method} ${safeUrl(request.url)} answered ${response.status}; expected ${expected}${said === '' ? '' : `: ${said}`}`,
    hint: 'If this status is fine, name it in `expect: { status: [...] }`.',
    details: { status: response.status, body: text.slice(0, 4_096) },
  });
}

function requestFault(request: HttpRequest | null, cause: unknown): StepFault {
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

function note(context: ExecutionContext, text: string): void {
  void context.log.write('system', Buffer.from(`${text}\n`));
}
