// Proofs of where a request comes from. Each sender has a scheme of its own; all of them are checked over the bytes of the
// body as they arrived, in a time that tells nothing about how much of a signature was right.
//
//   github   X-Hub-Signature-256: sha256=<hex of HMAC-SHA256(body)>; also X-Hub-Signature of Bitbucket
//   gitlab   X-Gitlab-Token: <the secret>
//   slack    X-Slack-Request-Timestamp, X-Slack-Signature: v0=<hex of HMAC-SHA256("v0:" time ":" body)>
//   stripe   Stripe-Signature: t=<time>,v1=<hex of HMAC-SHA256(time "." body)>[,v1=…]
//   generic  webhook-id, webhook-timestamp, webhook-signature: v1,<base64 of HMAC-SHA256(id "." time "." body)> […]
//            (https://www.standardwebhooks.com; a secret that begins with whsec_ is base64)
//   token    Authorization: Bearer <the secret>, X-Millrace-Token: <the secret>, or ?token=<the secret>
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Instant, type SignatureScheme, unreachable } from '@millrace/core';

export type SignedRequest = Readonly<{
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: Uint8Array;
}>;

export type SignatureCheck = Readonly<
  | {
      ok: true;
      /** Hash of the signature: the same request again has the same. null: the scheme signs nothing. */
      fingerprint: string | null;
      /** The sender's name of the delivery; null: it gives none. */
      deliveryId: string | null;
      /** Whether the name is part of what was signed, so that nobody else can change it. */
      idIsSigned: boolean;
    }
  | { ok: false; reason: 'signature_missing' | 'signature_wrong' | 'time_missing' | 'too_old'; message: string }
>;

type Check = Readonly<{ request: SignedRequest; secret: string; toleranceMs: number; now: Instant }>;

/**
 * Whether a Git host that tells of a push knows the secret, by the scheme that its headers show: GitHub's (also Gitea,
 * Forgejo, Bitbucket), GitLab's, or a plain token. Such a request only makes us look, so replays harm nobody.
 */
export function isSignedPush(request: SignedRequest, secret: string): boolean {
  const { headers } = request;
  const signed = headers['x-hub-signature-256'] !== undefined || headers['x-hub-signature'] !== undefined;
  const scheme = signed ? 'github' : headers['x-gitlab-token'] !== undefined ? 'gitlab' : 'token';
  return checkSignature(scheme, { request, secret, toleranceMs: 0, now: 0 }).ok;
}

export function checkSignature(scheme: SignatureScheme, check: Check): SignatureCheck {
  switch (scheme) {
    case 'token':
      return checkToken(check);
    case 'github':
      return checkGithub(check);
    case 'gitlab':
      return checkGitlab(check);
    case 'slack':
      return checkSlack(check);
    case 'stripe':
      return checkStripe(check);
    case 'generic':
      return checkGeneric(check);
    default:
      return unreachable(scheme);
  }
}

function checkToken({ request, secret }: Check): SignatureCheck {
  const { headers, query } = request;
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-millrace-token'] ?? query.token;
  if (given === undefined) return missing('`Authorization: Bearer`, `X-Millrace-Token` or the query `token`');
  if (!same(given, secret)) return wrong('token');
  return unsigned(headers['idempotency-key'] ?? headers['x-delivery-id']);
}

function checkGitlab({ request, secret }: Check): SignatureCheck {
  const given = request.headers['x-gitlab-token'];
  if (given === undefined) return missing('`X-Gitlab-Token`');
  if (!same(given, secret)) return wrong('token');
  return unsigned(request.headers['idempotency-key'] ?? request.headers['x-gitlab-event-uuid']);
}

const unsigned = (deliveryId: string | undefined): SignatureCheck => ({
  ok: true,
  fingerprint: null,
  deliveryId: deliveryId ?? null,
  idIsSigned: false,
});

function checkGithub({ request, secret }: Check): SignatureCheck {
  const { headers } = request;
  const given = headers['x-hub-signature-256'] ?? headers['x-hub-signature'];
  if (given === undefined) return missing('`X-Hub-Signature-256`');
  const expected = `sha256=${hmac(secret, [request.body], 'hex')}`;
  if (!same(given, expected)) return wrong('signature');
  return signed(expected, headers['x-github-delivery'] ?? headers['x-request-uuid'] ?? null, false);
}

function checkSlack({ request, secret, toleranceMs, now }: Check): SignatureCheck {
  const { 'x-slack-signature': given, 'x-slack-request-timestamp': time } = request.headers;
  if (given === undefined) return missing('`X-Slack-Signature`');
  const late = checkTime(time, '`X-Slack-Request-Timestamp`', toleranceMs, now);
  if (late !== null) return late;
  const expected = `v0=${hmac(secret, [`v0:${time}:`, request.body], 'hex')}`;
  if (!same(given, expected)) return wrong('signature');
  return signed(expected, textField(request.body, 'event_id'), true);
}

function checkStripe({ request, secret, toleranceMs, now }: Check): SignatureCheck {
  const header = request.headers['stripe-signature'];
  if (header === undefined) return missing('`Stripe-Signature`');
  const parts = header.split(',').map((part) => part.trim().split('='));
  const time = parts.find(([key]) => key === 't')?.[1];
  const given = parts.flatMap(([key, value]) => (key === 'v1' && value !== undefined ? [value] : []));
  if (given.length === 0) return missing('`v1` in `Stripe-Signature`');
  const late = checkTime(time, '`t` in `Stripe-Signature`', toleranceMs, now);
  if (late !== null) return late;
  const expected = hmac(secret, [`${time}.`, request.body], 'hex');
  if (!sameAsOne(given, expected)) return wrong('signature');
  return signed(expected, textField(request.body, 'id'), true);
}

function checkGeneric({ request, secret, toleranceMs, now }: Check): SignatureCheck {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': header } = request.headers;
  if (header === undefined) return missing('`webhook-signature`');
  if (id === undefined) return missing('`webhook-id`');
  const late = checkTime(time, '`webhook-timestamp`', toleranceMs, now);
  if (late !== null) return late;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  const expected = hmac(key, [`${id}.${time}.`, request.body], 'base64');
  const given = header.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []));
  if (!sameAsOne(given, expected)) return wrong('signature');
  return signed(expected, id, true);
}

const missing = (what: string): SignatureCheck => ({
  ok: false,
  reason: 'signature_missing',
  message: `The request has no ${what}.`,
});

const wrong = (what: 'signature' | 'token'): SignatureCheck => ({
  ok: false,
  reason: 'signature_wrong',
  message: `The ${what} is not the one that the secret gives: another secret, or the request was changed on its way.`,
});

const signed = (signature: string, deliveryId: string | null, idIsSigned: boolean): SignatureCheck => ({
  ok: true,
  fingerprint: createHash('sha256').update(signature).digest('hex'),
  deliveryId,
  idIsSigned,
});

/** Seconds since 1970, as all senders give them. What comes from the future is as suspect as what is old. */
function checkTime(time: string | undefined, what: string, toleranceMs: number, now: Instant): SignatureCheck | null {
  if (time === undefined || !/^\d{1,12}$/.test(time)) {
    return { ok: false, reason: 'time_missing', message: `The request has no time in ${what}.` };
  }
  const awayMs = now - Number(time) * 1_000;
  if (Math.abs(awayMs) <= toleranceMs) return null;
  const seconds = Math.round(Math.abs(awayMs) / 1_000);
  const message = `The request was signed ${seconds} s ${awayMs > 0 ? 'ago' : 'in the future'}; at most ${Math.round(toleranceMs / 1_000)} s are accepted.`;
  return { ok: false, reason: 'too_old', message };
}

function hmac(key: string | Uint8Array, parts: readonly (string | Uint8Array)[], encoding: 'hex' | 'base64'): string {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest(encoding);
}

/** Compares every candidate, so that time does not tell which one was near. */
function sameAsOne(given: readonly string[], expected: string): boolean {
  return given.reduce((found, one) => same(one, expected) || found, false);
}

/** Digests have one length, which `timingSafeEqual` needs. */
function same(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** A text at the top of a JSON body; null: there is none. */
function textField(body: Uint8Array, name: string): string | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const value = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>)[name] : null;
    return typeof value === 'string' && value !== '' ? value : null;
  } catch {
    return null;
  }
}
