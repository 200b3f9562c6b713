import {
  type Fault,
  type Instant,
  type Json,
  type JsonObject,
  renderTriggerInput,
  type WebhookDefinition,
} from '@millrace/core';

export type DeliveryNames = Readonly<{
  delivery: string | null;
  receivedAt: Instant;
  method: string;
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: Json;
}>;

const secretHeaders = /^(authorization|proxy-authorization|cookie|x-millrace-token|x-gitlab-token)$|signature/;

/** Headers as templates and the log may see them: without those that prove who sent it. */
export const shownHeaders = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.test(name)));

export const shownQuery = ({
  token: _,
  ...query
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> => query;

/** What the run finds in `run.trigger`. */
export const triggerOfRun = (name: string, { delivery, receivedAt, method }: DeliveryNames): JsonObject => ({
  type: 'webhook',
  name,
  delivery,
  received_at: new Date(receivedAt).toISOString(),
  method,
});

/**
 * The input that a request gives to the run: what the trigger's `input` makes of it, else the body (of a GET: the query) as
 * it is.
 */
export function deliveryInput(
  definition: WebhookDefinition,
  names: DeliveryNames,
  now: Instant,
): Readonly<{ input: JsonObject } | { fault: Fault }> {
  const { headers, query, body } = names;
  if (Object.keys(definition.input).length === 0) {
    const brought = names.method === 'GET' ? query : (body ?? {});
    if (typeof brought === 'object' && !Array.isArray(brought)) return { input: brought as JsonObject };
    const message = 'The body is no JSON object, and the trigger has no `input` that says what to make of it.';
    return { fault: { code: 'invalid_input', message, hint: 'For example `input: { text: "{{ trigger.body }}" }`.' } };
  }
  const trigger = { ...triggerOfRun(definition.name, names), headers, query, body };
  return renderTriggerInput(definition, { trigger }, now);
}
