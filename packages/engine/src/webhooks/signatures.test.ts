import { createHmac } from 'node:crypto';
import type { SignatureScheme } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { checkSignature, type SignedRequest } from './signatures.ts';

const now = Date.parse('2026-11-21T09:30:00Z');
const seconds = now / 1_000;
const secret = 'hunter2';
const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => createHmac('sha256', secret).update(text).digest('hex');

function check(scheme: SignatureScheme, given: Partial<SignedRequest>, key = secret, at = now) {
  const request = { headers: {}, query: {}, body: new Uint8Array(), ...given };
  return checkSignature(scheme, { request, secret: key, toleranceMs: 300_000, now: at });
}
const reasonOf = (checked: ReturnType<typeof check>) => (checked.ok ? 'ok' : checked.reason);

describe('requests as the senders document them', () => {
  test('GitHub: the example of "Validating webhook deliveries"', () => {
    const headers = {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    };
    const checked = check('github', { headers, body: bytes('Hello, World!') }, "It's a Secret to Everybody");
    expect(checked).toMatchObject({ ok: true, deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958', idIsSigned: false });
  });

  test('Slack: the example of "Verifying requests from Slack"', () => {
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const key = '8f742231b10e8888abcd99yyyzzz85a5';
    expect(check('slack', { headers, body: bytes(body) }, key, 1_531_420_700_000)).toMatchObject({ ok: true });
    expect(reasonOf(check('slack', { headers, body: bytes(body) }, key, 1_531_421_000_000))).toBe('too_old');
  });

  test('Standard Webhooks: the example of its reference libraries', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const given = { headers, body: bytes('{"test": 2432232314}') };
    const checked = check('generic', given, key, 1_614_265_340_000);
    expect(checked).toMatchObject({ ok: true, deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', idIsSigned: true });
  });

  test('Stripe: several signatures while a secret is rolled, and schemes that are none of ours', () => {
    const body = '{"id": "evt_1", "type": "charge.succeeded"}';
    const v1 = hex(`${seconds}.${body}`);
    const header = `t=${seconds},v1=${'0'.repeat(64)},v1=${v1},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39`;
    expect(check('stripe', { headers: { 'stripe-signature': header }, body: bytes(body) })).toMatchObject({
      ok: true,
      deliveryId: 'evt_1',
      idIsSigned: true,
    });
    const onlyV0 = { 'stripe-signature': `t=${seconds},v0=${v1}` };
    expect(reasonOf(check('stripe', { headers: onlyV0, body: bytes(body) }))).toBe('signature_missing');
  });

  test("Bitbucket: GitHub's scheme, under its own header", () => {
    const headers = { 'x-hub-signature': `sha256=${hex(body)}`, 'x-request-uuid': 'b1' };
    expect(check('github', { headers, body: bytes(body) })).toMatchObject({ ok: true, deliveryId: 'b1' });
    const both = { ...headers, 'x-hub-signature-256': 'sha256=0' };
    expect(reasonOf(check('github', { headers: both, body: bytes(body) }))).toBe('signature_wrong');
  });

  test('GitLab: the secret token in its header', () => {
    const headers = { 'x-gitlab-token': secret, 'x-gitlab-event-uuid': 'u1' };
    expect(check('gitlab', { headers })).toMatchObject({ ok: true, deliveryId: 'u1', fingerprint: null });
  });

  test.each([
    [{ headers: { authorization: `Bearer ${secret}`, 'idempotency-key': 'k' } }, 'k'],
    [{ headers: { 'x-millrace-token': secret } }, null],
    [{ query: { token: secret } }, null],
  ])('a plain token: %j', (given, deliveryId) => {
    expect(check('token', given)).toMatchObject({ ok: true, deliveryId });
  });
});

/** A good request of each scheme, with one part changed. */
const good: Readonly<Record<SignatureScheme, (body: string, at: number) => Readonly<Record<string, string>>>> = {
  token: () => ({ 'x-millrace-token': secret }),
  gitlab: () => ({ 'x-gitlab-token': secret }),
  github: (body) => ({ 'x-hub-signature-256': `sha256=${hex(body)}` }),
  slack: (body, at) => ({ 'x-slack-request-timestamp': `${at}`, 'x-slack-signature': `v0=${hex(`v0:${at}:${body}`)}` }),
  stripe: (body, at) => ({ 'stripe-signature': `t=${at},v1=${hex(`${at}.${body}`)}` }),
  generic: (body, at) => ({
    'webhook-id': 'm1',
    'webhook-timestamp': `${at}`,
    'webhook-signature': `v1,${Buffer.from(hex(`m1.${at}.${body}`), 'hex').toString('base64')}`,
  }),
};
const schemes = Object.keys(good) as readonly SignatureScheme[];
const signedSchemes = schemes.filter((scheme) => scheme !== 'token' && scheme !== 'gitlab');
const timedSchemes = ['slack', 'stripe', 'generic'] as const;
const body = '{"amount": 100}';

describe.each(schemes)('a request with the scheme %s', (scheme) => {
  test('is good as it is, and with another secret, or without one, it is not', () => {
    const given = { headers: good[scheme](body, seconds), body: bytes(body) };
    expect(reasonOf(check(scheme, given))).toBe('ok');
    expect(reasonOf(check(scheme, given, 'other'))).toBe('signature_wrong');
    expect(reasonOf(check(scheme, { body: bytes(body) }))).toBe('signature_missing');
  });
});

test.each(signedSchemes)('%s: a changed body is refused', (scheme) => {
  const headers = good[scheme](body, seconds);
  expect(reasonOf(check(scheme, { headers, body: bytes(body.replace('100', '999')) }))).toBe('signature_wrong');
});

test.each(timedSchemes)('%s: what is old, from the future, or of a changed time is refused', (scheme) => {
  const at = (time: number) => reasonOf(check(scheme, { headers: good[scheme](body, time), body: bytes(body) }));
  expect([at(seconds - 299), at(seconds + 299)]).toEqual(['ok', 'ok']);
  expect([at(seconds - 301), at(seconds + 301)]).toEqual(['too_old', 'too_old']);
  const headers = Object.fromEntries(
    Object.entries(good[scheme](body, seconds - 301)).map(([name, value]) => [
      name,
      value.replace(`${seconds - 301}`, `${seconds}`),
    ]),
  );
  expect(reasonOf(check(scheme, { headers, body: bytes(body) }))).toBe('signature_wrong');
  const timeless = Object.fromEntries(
    Object.entries(good[scheme](body, seconds)).map(([name, value]) => [name, value.replace(`${seconds}`, 'x')]),
  );
  expect(reasonOf(check(scheme, { headers: timeless, body: bytes(body) }))).toBe('time_missing');
});
