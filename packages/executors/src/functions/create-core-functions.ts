import type { Json, JsonObject } from '@millrace/core';
import { StepFault } from '../attempt-results.ts';
import type { StepFunction, StepFunctionContext } from '../function/create-function-executor.ts';
import { createAddressGuard, type PrivateAccess } from '../http/address-guard.ts';
import { buildRequest, type HttpOutput, type RequestParts, requestFault, sendRequest } from '../http/http-call.ts';
import { createHttpClient, type HttpRequest } from '../http/http-request.ts';
import { secretOf } from './secret-of.ts';
import { sendMail } from './send-mail.ts';

const limitBytes = 8 * 1024 * 1024;
const idleMs = 300_000;

/** The functions behind the actions of the pack `core`. `allowPrivate`: as for `http` steps. */
export function createCoreFunctions(allowPrivate: PrivateAccess): ReadonlyMap<string, StepFunction> {
  const guard = createAddressGuard(allowPrivate);
  const client = createHttpClient(guard, idleMs);

  async function send(
    parts: RequestParts,
    expected: readonly (number | string)[] | undefined,
    context: StepFunctionContext,
  ): Promise<HttpOutput> {
    let request: HttpRequest | null = null;
    try {
      request = buildRequest(parts);
      const { signal, log } = context;
      return await sendRequest(client, request, { expected, limitBytes, signal, note: log });
    } catch (cause) {
      throw cause instanceof StepFault ? cause : requestFault(request, cause);
    }
  }

  const httpRequest: StepFunction = (input, context) => {
    const { url, method, headers, query, body, body_text, expect_status } = input;
    const content = body ?? body_text ?? null;
    const parts = {
      url: String(url),
      method: String(method ?? 'GET'),
      headers: texts(headers),
      query: mapOf(query),
      body: content === null ? null : { content },
    };
    return send(parts, expect_status as readonly (number | string)[] | undefined, context);
  };

  const notify: StepFunction = async (input, context) => {
    const given: JsonObject = { ...context.config, ...input };
    const { channel, text, title, details } = given;
    const subject = String(title ?? '') || `Millrace: ${context.workflow}`;
    if (channel === 'email') {
      const mail = { to: listOf(given.to), from: String(given.from ?? ''), subject, text: String(text) };
      return { channel, ...(await sendMail(guard, mapOf(given.smtp), mail, context.signal)) };
    }
    const url = addressOf(given);
    const about = { run: context.run, workflow: context.workflow, workspace: context.workspace, step: context.step };
    const content: Json =
      channel === 'slack'
        ? { text: title === undefined ? String(text) : `*${String(title)}*\n${String(text)}` }
        : { text: String(text), title: title ?? null, details: details ?? null, ...about };
    const parts = { url, method: 'POST', headers: texts(given.headers), query: {}, body: { content } };
    const { status } = await send(parts, undefined, context);
    return { channel: String(channel), status };
  };

  return new Map<string, StepFunction>([
    ['core.echo', ({ message }) => ({ message: message ?? null })],
    ['core.fail', fail],
    ['core.http_request', httpRequest],
    ['core.notify', notify],
  ]);
}

const fail: StepFunction = ({ message, code, details, retryable }) => {
  throw new StepFault({
    code: String(code ?? 'failed'),
    message: String(message ?? 'The workflow says that this fails.'),
    ...(details === undefined ? {} : { details: mapOf(details) }),
    retryable: retryable === true,
  });
};

function addressOf({ url, url_env }: JsonObject): string {
  if (typeof url === 'string' && url !== '') return url;
  if (typeof url_env === 'string') return secretOf(url_env, 'url_env');
  throw new StepFault({
    code: 'invalid_input',
    message: 'A notification needs the address (`url`, or `url_env` where it is a secret) of who is to be told.',
    hint: 'Give it as input, or as configuration of the pack: packs: { core: { builtin: true, config: { url_env: … } } }.',
    retryable: false,
  });
}

const mapOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const listOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === null ? [] : [String(value)];

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(mapOf(value)).map(([name, text]) => [name, String(text)]));
}
