// What a request to a webhook goes through, in this order; the first that does not hold refuses it, and is logged:
//
//   known and enabled ─ method ─ rate ─ size ─ signature ─ body ─ input ─ the workflow's schema ─▶ run ─ replay
//
// A delivery has one run, however often it arrives and wherever: what names it (signed, where the sender signs) is the run's
// start key. So the check for replays comes last: it decides what the sender is told, never whether there is a second run.
import { createHash } from 'node:crypto';
import {
  type Fault,
  type Json,
  MillraceError,
  type RunId,
  type RunStatus,
  secretReference,
  type WebhookDefinition,
} from '@millrace/core';
import type { Engine } from '../engine-types.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeliveryStore, NewDelivery } from '../ports/delivery-store.ts';
import type { FindSecret } from '../secrets/find-secret.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import { type DeliveryNames, deliveryInput, shownHeaders, shownQuery, triggerOfRun } from './delivery-input.ts';
import { findWebhook } from './find-webhook.ts';
import { RateLimits } from './rate-limits.ts';
import { readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';
import { checkSignature, type SignatureCheck, type SignedRequest } from './signatures.ts';

export type WebhookRequest = SignedRequest &
  Readonly<{ workspace: string; webhook: string; method: string; remote: string; signal?: AbortSignal }>;

export type WebhookAnswer = Readonly<
  | { kind: 'ignored'; answer: Readonly<Record<string, Json>> }
  | { kind: 'started'; run: RunId; created: boolean; ended: null }
  | {
      kind: 'started';
      run: RunId;
      created: boolean;
      ended: Readonly<{ status: RunStatus; output: Json; error: Fault | null }>;
    }
>;

export type ReceiveOptions = Readonly<{
  deliveries: DeliveryStore;
  findSecret: FindSecret;
  livePlans: LivePlans;
  clock: Clock;
  startRun: Engine['startRun'];
  waitForRun: Engine['waitForRun'];
  getRun: Engine['getRun'];
}>;

type Proof = Extract<SignatureCheck, { ok: true }>;
/** What is known of a delivery so far, for the log. */
type Known = Omit<NewDelivery, 'outcome' | 'reason' | 'message' | 'run'>;

export function createReceiveDelivery(options: ReceiveOptions) {
  const { deliveries, livePlans, clock } = options;
  const rates = new RateLimits();

  return async (request: WebhookRequest): Promise<WebhookAnswer> => {
    const definition = await findWebhook(livePlans, { workspace: request.workspace, name: request.webhook });
    const unknown = new MillraceError('webhook_not_found', 'There is no webhook at this address.', {
      hint: 'An address is /hooks/<workspace>/<trigger>; the trigger is of type `webhook` and in the live revision.',
    });
    if (definition === null) throw unknown;
    let known: Known = { ...strangers(request), ...(await livePlans.folder(request.workspace, definition.workflow)) };
    try {
      if (!definition.enabled) throw new Refusal('disabled', unknown);
      await admit(definition, request, rates, clock);
      const proof = await prove(definition, request, options);
      known = authenticated(known, definition, request, proof);
      const names = namesOf(definition, request, known, clock);
      const ignored = ignoredAnswer(definition, request, names.body);
      if (ignored !== null) {
        await deliveries.append({
          ...known,
          outcome: 'ignored',
          reason: ignored.reason,
          message: ignored.message,
          run: null,
        });
        return { kind: 'ignored', answer: ignored.answer };
      }
      const { run, created } = await startDelivered(definition, names, known, options);
      const outcome = created ? 'accepted' : await repeated(known, proof, deliveries);
      await deliveries.append({ ...known, ...outcomeOf(outcome), run });
      if (outcome === 'replayed') {
        throw new MillraceError('delivery_replayed', 'This very request has been accepted before.', {
          hint: 'Sign each attempt anew. Its run is not started a second time.',
          details: { run },
        });
      }
      return await answer(definition, request, { run, created }, options);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { reason, message, told } = error;
      if (reason !== 'rate_limited_more') {
        await deliveries.append({ ...known, outcome: 'refused', reason, message, run: null });
      }
      throw told;
    }
  };
}

/** Of somebody unknown nothing is kept that he could fill the log with. */
function strangers({ workspace, webhook, method, remote, headers, body }: WebhookRequest): Known {
  const contentType = headers['content-type'] ?? '';
  const agent = headers['user-agent'];
  return {
    workspace,
    webhook,
    method,
    remote,
    sizeBytes: body.byteLength,
    deliveryId: null,
    startKey: null,
    fingerprint: null,
    content: {
      headers: agent === undefined ? {} : { 'user-agent': agent.slice(0, 200) },
      query: {},
      contentType: contentType.slice(0, 200),
      body: null,
    },
    redeliveryOf: null,
    by: null,
  };
}

function authenticated(known: Known, definition: WebhookDefinition, request: WebhookRequest, proof: Proof): Known {
  const { headers, query, body } = request;
  return {
    ...known,
    deliveryId: proof.deliveryId?.slice(0, 500) ?? null,
    fingerprint: proof.fingerprint,
    startKey: startKeyOf(definition, proof),
    content: {
      ...known.content,
      headers: shownHeaders(headers),
      query: definition.signature === 'token' ? shownQuery(query) : query,
      body: Buffer.from(body).toString('base64'),
    },
  };
}

/** What names the delivery where nobody can change it: its signed name, else its signature, else the name that it has. */
function startKeyOf({ name }: WebhookDefinition, { fingerprint, deliveryId, idIsSigned }: Proof): string | null {
  const id = idIsSigned ? (deliveryId ?? fingerprint) : (fingerprint ?? deliveryId);
  if (id === null) return null;
  return `webhook:${name}:${id.length > 200 ? createHash('sha256').update(id).digest('hex') : id}`;
}

async function admit(
  { name, methods, rateLimit, maxBodyBytes }: WebhookDefinition,
  request: WebhookRequest,
  rates: RateLimits,
  clock: Clock,
): Promise<void> {
  const taken = rates.take(`${request.workspace}/${name}`, rateLimit, clock.now());
  if (taken !== 'ok') {
    const told = new MillraceError('rate_limited', `More than ${rateLimit.limit} requests in ${rateLimit.perMs} ms.`, {
      hint: 'Wait, or raise `rate_limit` of the trigger.',
    });
    throw new Refusal(taken === 'first' ? 'rate_limited' : 'rate_limited_more', told);
  }
  if (!methods.some((method) => method === request.method)) {
    const message = `This webhook takes ${methods.join(' and ')}, not ${request.method}.`;
    throw new Refusal(
      'method',
      new MillraceError('invalid_request', message, { hint: 'See `methods` of the trigger.' }),
    );
  }
  if (request.body.byteLength > maxBodyBytes) {
    const message = `The body has ${request.body.byteLength} bytes; at most ${maxBodyBytes} are accepted.`;
    throw new Refusal('too_large', new MillraceError('too_large', message, { hint: 'See `max_body` of the trigger.' }));
  }
}

const openDoor: Proof = { ok: true, fingerprint: null, deliveryId: null, idIsSigned: false };

async function prove(definition: WebhookDefinition, request: WebhookRequest, options: ReceiveOptions): Promise<Proof> {
  const { signature, toleranceMs } = definition;
  if (signature === null) return { ...openDoor, deliveryId: request.headers['idempotency-key'] ?? null };
  const name = secretReference(definition.secret ?? '');
  const secret = name === null ? null : ((await options.findSecret(request.workspace, name))?.value ?? null);
  if (secret === null) {
    const told = new MillraceError('configuration', 'This webhook cannot check who sends requests.', {
      hint: 'The log of deliveries says why.',
    });
    throw new Refusal('secret_missing', told, `The secret ${name ?? '?'} is not known to the server that was called.`);
  }
  const check = checkSignature(signature, { request, secret, toleranceMs, now: options.clock.now() });
  if (check.ok) return check;
  const told = new MillraceError('unauthorized', check.message, {
    hint: 'Compare the secret of the sender with that of the server, and `signature` of the trigger with the sender.',
  });
  throw new Refusal(check.reason, told);
}

function namesOf(definition: WebhookDefinition, request: WebhookRequest, known: Known, clock: Clock): DeliveryNames {
  const read = readBody(request.body, known.content.contentType, definition.signature);
  if (!read.ok) {
    const told = new MillraceError('invalid_request', read.message, {
      hint: 'Send JSON, a form, or text in UTF-8, with the content type that says which.',
    });
    throw new Refusal('body_invalid', told);
  }
  return {
    delivery: known.deliveryId,
    receivedAt: clock.now(),
    method: request.method,
    headers: known.content.headers,
    query: known.content.query,
    body: read.value,
  };
}

type Ignored = Readonly<{ reason: string; message: string; answer: Readonly<Record<string, Json>> }>;

/** Requests by which a sender only tries whether the address works. */
function ignoredAnswer({ signature }: WebhookDefinition, { headers }: WebhookRequest, body: Json): Ignored | null {
  if (signature === 'github' && headers['x-github-event'] === 'ping') {
    return { reason: 'ping', message: 'GitHub tried the address.', answer: { ignored: 'ping' } };
  }
  if (signature !== 'slack' || typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const { type, challenge } = body as Readonly<Record<string, Json>>;
  if (type !== 'url_verification' || typeof challenge !== 'string') return null;
  return { reason: 'url_verification', message: 'Slack tried the address.', answer: { challenge } };
}

/** Starts the run of a delivery. What the workflow refuses is a refusal; what may succeed later is thrown. */
export async function startDelivered(
  definition: WebhookDefinition,
  names: DeliveryNames,
  known: Readonly<{ workspace: string; startKey: string | null }>,
  { clock, startRun }: Pick<ReceiveOptions, 'clock' | 'startRun'>,
): Promise<Readonly<{ run: RunId; created: boolean }>> {
  const made = deliveryInput(definition, names, clock.now());
  if ('fault' in made) {
    const { message, hint } = made.fault;
    throw new Refusal('input_invalid', new MillraceError('invalid_input', message, hint === undefined ? {} : { hint }));
  }
  const request = {
    workspace: known.workspace,
    workflow: definition.workflow,
    input: made.input,
    trigger: triggerOfRun(definition.name, names),
  };
  try {
    return await startRun(known.startKey === null ? request : { ...request, startKey: known.startKey });
  } catch (error) {
    if (!(error instanceof MillraceError) || error.retryable) throw error;
    throw new Refusal(error.code === 'invalid_input' ? 'input_invalid' : error.code, error);
  }
}

/** Senders that sign a time sign each attempt anew; GitHub repeats a request as it was, under the same name. */
async function repeated(known: Known, proof: Proof, deliveries: DeliveryStore): Promise<'duplicate' | 'replayed'> {
  const { workspace, startKey } = known;
  const first = startKey === null ? null : await deliveries.firstAccepted(workspace, startKey);
  if (first === null || proof.fingerprint === null || first.fingerprint !== proof.fingerprint) return 'duplicate';
  return !proof.idIsSigned && first.deliveryId === known.deliveryId ? 'duplicate' : 'replayed';
}

function outcomeOf(
  outcome: 'accepted' | 'duplicate' | 'replayed',
): Pick<NewDelivery, 'outcome' | 'reason' | 'message'> {
  switch (outcome) {
    case 'accepted':
      return { outcome, reason: null, message: 'It started a run.' };
    case 'duplicate':
      return { outcome, reason: 'duplicate', message: 'It came before; its run is the one of the first time.' };
    case 'replayed':
      return { outcome: 'refused', reason: 'replayed', message: 'This very request was accepted before.' };
  }
}

async function answer(
  { mode, timeoutMs }: WebhookDefinition,
  { signal }: WebhookRequest,
  started: Readonly<{ run: RunId; created: boolean }>,
  { waitForRun, getRun }: ReceiveOptions,
): Promise<WebhookAnswer> {
  const open = { kind: 'started', ...started, ended: null } as const;
  if (mode === 'async') return open;
  const waited = waitForRun(started.run, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
  // Called off: whoever still listens is told where to look.
  const ended = await waited.catch((error) => (signal?.aborted === true ? null : Promise.reject(error)));
  if (ended === null) return open;
  const { run, output } = await getRun(started.run);
  return { ...open, ended: { status: run.status, output, error: run.error } };
}
