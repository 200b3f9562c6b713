import type { AttemptResult, HttpBody, JsonObject } from '@millrace/core';
import { failed, StepFault, stopped, succeeded } from '../attempt-results.ts';
import { type ExecutionContext, type Executor, stopReasonOf } from '../executor.ts';
import { type Rendering, renderDeep, renderingOf, renderString, renderStrings } from '../templates/render-text.ts';
import { createAddressGuard, type PrivateAccess } from './address-guard.ts';
import { buildRequest, requestFault, sendRequest } from './http-call.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from './http-request.ts';

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
    const output = await sendRequest(client, request, {
      expected: assignment.body.expect?.status,
      limitBytes: assignment.limits.outputBytes,
      signal: context.signal,
      note: (text) => void context.log.write('system', Buffer.from(`${text}\n`)),
    });
    return succeeded(output, startedAt);
  } catch (cause) {
    if (context.stopReason !== null) return stopped(stopReasonOf(context.signal), assignment, startedAt);
    const fault = cause instanceof StepFault ? cause.fault : requestFault(request, cause).fault;
    return failed(fault, startedAt);
  }
}

function requestOf(body: HttpBody, rendering: Rendering): HttpRequest {
  return buildRequest({
    url: renderString(rendering, body.url, '/url'),
    method: renderString(rendering, body.method, '/method'),
    headers: renderStrings(rendering, body.headers ?? {}, '/headers'),
    query: renderDeep(rendering, body.query ?? {}, '/query') as JsonObject,
    body: body.body === undefined ? null : { content: renderDeep(rendering, body.body, '/body') },
  });
}
