import { createHmac } from 'node:crypto';
import type { JsonObject } from '@millrace/core';
import { afterEach, describe, expect, it } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { WebhookRequest } from './receive-delivery.ts';

let test: TestEngine | null = null;
afterEach(async () => {
  await test?.stop();
  test = null;
});

const workflows = `
workflows:
  build:
    input: { ref: { type: string, required: true }, by: { type: string } }
    steps: { never: { type: shell, cmd: x, when: 1 == 2 } }
    output: { built: "{{ input.ref }}" }
  any:
    input: { schema: { type: object } }
    steps: { never: { type: shell, cmd: x, when: 1 == 2 } }
  slow:
    steps: { work: { type: shell, cmd: x } }
triggers:
`;

async function begin(hook: string, secrets: Readonly<Record<string, string>> = { s: 'hunter2' }): Promise<TestEngine> {
  test = await startTestEngine(`${workflows}  hook: { type: webhook, ${hook} }\n`, {
    secrets: [
      { kind: 'file', name: null, place: ({ name }) => name, resolve: async ({ name }) => secrets[name] ?? null },
    ],
  });
  return test;
}

const secret = 'secret: "{{ secrets.s }}"';
const token = { 'x-millrace-token': 'hunter2', 'content-type': 'application/json' };

function request(given: Partial<Omit<WebhookRequest, 'body'>> & Readonly<{ body?: string }> = {}): WebhookRequest {
  const { body = '{"ref": "main"}', ...rest } = given;
  return {
    workspace: 'test',
    webhook: 'hook',
    method: 'POST',
    headers: token,
    query: {},
    remote: '192.0.2.1',
    ...rest,
    body: Buffer.from(body),
  };
}

const lastDelivery = async ({ engine }: TestEngine) =>
  (await engine.queries.listDeliveries({}, { limit: 1, after: null })).items[0];
const inputOf = async ({ engine }: TestEngine, run: string): Promise<JsonObject> =>
  (await engine.getRun(run as never)).input;

async function runOf(t: TestEngine, given: Parameters<typeof request>[0] = {}) {
  const answer = await t.engine.webhooks.receive(request(given));
  if (answer.kind !== 'started') throw new Error('It was ignored.');
  return answer;
}

describe('what a request gives to the run', () => {
  it('is its body, where the trigger says nothing', async () => {
    const t = await begin(`workflow: build, ${secret}`);
    const { run, created } = await runOf(t);
    expect([created, await inputOf(t, run)]).toEqual([true, { ref: 'main' }]);
    const { trigger } = (await t.engine.getRun(run)).run;
    expect(trigger).toEqual({
      type: 'webhook',
      name: 'hook',
      delivery: null,
      received_at: '2026-01-01T00:00:00.000Z',
      method: 'POST',
    });
    expect(await lastDelivery(t)).toMatchObject({ outcome: 'accepted', run, remote: '192.0.2.1', kept: true });
  });

  it('is what templates make of body, headers and query, without what proves the sender', async () => {
    const t = await begin(
      `workflow: build, ${secret}, input: { ref: "{{ trigger.body.head.ref }}", by: "{{ trigger.headers.x-by }} {{ trigger.query.q }} {{ 'x-millrace-token' in trigger.headers }}" }`,
    );
    const { run } = await runOf(t, {
      body: '{"head": {"ref": "v1"}}',
      headers: { ...token, 'x-by': 'ada' },
      query: { q: '7' },
    });
    expect(await inputOf(t, run)).toEqual({ ref: 'v1', by: 'ada 7 false' });
  });

  it.each([
    ['application/x-www-form-urlencoded', 'ref=v2&by=me', { ref: 'v2', by: 'me' }],
    ['application/vnd.api+json; charset=utf-8', '{"ref": "ä"}', { ref: 'ä' }],
  ])('as %s', async (type, body, input) => {
    const t = await begin(`workflow: build, ${secret}`);
    const { run } = await runOf(t, { body, headers: { ...token, 'content-type': type } });
    expect(await inputOf(t, run)).toEqual(input);
  });

  it('may be a text, and the query of a GET', async () => {
    const t = await begin(
      `workflow: build, ${secret}, methods: [GET, POST], input: { ref: "{{ trigger.body ?? trigger.query.ref }}" }`.replace(
        'trigger.body ?? trigger.query.ref',
        'trigger.body | default(trigger.query?.ref)',
      ),
    );
    const plain = await runOf(t, { body: 'v3', headers: { ...token, 'content-type': 'text/plain' } });
    const got = await runOf(t, { method: 'GET', body: '', query: { token: 'hunter2', ref: 'v4' }, headers: {} });
    expect([await inputOf(t, plain.run), await inputOf(t, got.run)]).toEqual([{ ref: 'v3' }, { ref: 'v4' }]);
  });
});

describe('a request is refused, and the log says why', () => {
  it.each([
    ['another token', { headers: { 'x-millrace-token': 'hunter3' } }, 'unauthorized', 'signature_wrong', false],
    ['no token', { headers: {} }, 'unauthorized', 'signature_missing', false],
    ['another method', { method: 'GET' }, 'invalid_request', 'method', false],
    ['a body that is too large', { body: JSON.stringify({ ref: 'x'.repeat(2_000) }) }, 'too_large', 'too_large', false],
    ['a body that is no JSON', { body: '{' }, 'invalid_request', 'body_invalid', true],
    [
      'a body that is no UTF-8',
      { headers: { ...token, 'content-type': 'text/plain' }, body: '\u0000' },
      'invalid_input',
      'input_invalid',
      true,
    ],
    ['a key that nobody sends in good faith', { body: '{"__proto__": 1}' }, 'invalid_request', 'body_invalid', true],
    ['an input that the workflow refuses', { body: '{"ref": 5}' }, 'invalid_input', 'input_invalid', true],
  ])('%s', async (_what, given, code, reason, kept) => {
    const t = await begin(`workflow: build, max_body: 1Ki, ${secret}`);
    await expect(t.engine.webhooks.receive(request(given))).rejects.toMatchObject({ code });
    expect(await lastDelivery(t)).toMatchObject({ outcome: 'refused', reason, run: null, kept });
    expect(t.engine.stats().deliveries).toEqual({ accepted: 0, duplicate: 0, ignored: 0, refused: 1 });
    expect((await t.engine.queries.listRuns({}, { limit: 9, after: null })).items).toEqual([]);
  });

  it('a secret that the server does not know', async () => {
    const t = await begin(`workflow: build, ${secret}`, {});
    await expect(t.engine.webhooks.receive(request())).rejects.toMatchObject({
      code: 'configuration',
      message: expect.not.stringContaining('secrets.s'),
    });
    expect(await lastDelivery(t)).toMatchObject({
      reason: 'secret_missing',
      message: 'The secret s is not known to the server that was called.',
    });
    expect(await t.engine.webhooks.get({ workspace: 'test', name: 'hook' })).toMatchObject({
      secret: { name: 's', known: false },
    });
  });

  it('more than its rate lets in, of which the log has one line', async () => {
    const t = await begin(`workflow: build, rate_limit: { limit: 2, per: 1m }, ${secret}`);
    for (let count = 0; count < 2; count += 1) await runOf(t);
    for (let count = 0; count < 3; count += 1) {
      await expect(t.engine.webhooks.receive(request())).rejects.toMatchObject({ code: 'rate_limited' });
    }
    const { items } = await t.engine.queries.listDeliveries({ outcome: 'refused' }, { limit: 9, after: null });
    expect(items).toHaveLength(1);
    await t.clock.advance(60_000);
    await runOf(t);
  });

  it('a webhook that is disabled, or is not there, tells strangers the same', async () => {
    const t = await begin(`workflow: build, enabled: false, ${secret}`);
    const [disabled, unknown] = await Promise.all(
      ['hook', 'none'].map((webhook) => t.engine.webhooks.receive(request({ webhook })).catch((error) => error)),
    );
    expect([disabled.code, disabled.message]).toEqual([unknown.code, unknown.message]);
    expect((await t.engine.queries.listDeliveries({}, { limit: 9, after: null })).items).toMatchObject([
      { reason: 'disabled' },
    ]);
  });

  it('nothing that was sent by strangers is kept, and no header that carries a secret', async () => {
    const t = await begin(`workflow: build, signature: github, ${secret}`);
    const headers = {
      'x-hub-signature-256': 'sha256=00',
      'x-evil': 'x'.repeat(9_000),
      authorization: 'Bearer hunter2',
    };
    await expect(t.engine.webhooks.receive(request({ headers }))).rejects.toMatchObject({ code: 'unauthorized' });
    const refused = await t.engine.webhooks.delivery((await lastDelivery(t))?.id ?? '');
    expect(refused.content).toEqual({ headers: {}, query: {}, contentType: '', body: null });
    await runOf(t, { headers: { ...github('{"ref": "main"}', 'd'), authorization: 'Bearer hunter2', cookie: 'a=b' } });
    const accepted = await t.engine.webhooks.delivery((await lastDelivery(t))?.id ?? '');
    expect(JSON.stringify(accepted)).not.toMatch(/hunter2|sha256=|a=b/);
  });
});

const hmac = (text: string) => createHmac('sha256', 'hunter2').update(text).digest('hex');
const github = (body: string, delivery: string, event = 'push') => ({
  'content-type': 'application/json',
  'x-github-event': event,
  'x-github-delivery': delivery,
  'x-hub-signature-256': `sha256=${hmac(body)}`,
});

describe('a delivery that comes again', () => {
  const body = '{"ref": "main"}';

  it('from GitHub under its name has the first run; under another name it is a replay', async () => {
    const t = await begin(`workflow: build, signature: github, ${secret}`);
    const first = await runOf(t, { headers: github(body, 'd1') });
    expect(await runOf(t, { headers: github(body, 'd1') })).toMatchObject({ run: first.run, created: false });
    expect(await lastDelivery(t)).toMatchObject({ outcome: 'duplicate', run: first.run });
    const replay = t.engine.webhooks.receive(request({ headers: github(body, 'd2') }));
    await expect(replay).rejects.toMatchObject({ code: 'delivery_replayed' });
    expect(await lastDelivery(t)).toMatchObject({ outcome: 'refused', reason: 'replayed', deliveryId: 'd2' });
    expect((await t.engine.queries.listRuns({}, { limit: 9, after: null })).items).toHaveLength(1);
  });

  it('from Stripe, signed anew, has the first run; the very same request is a replay', async () => {
    const t = await begin(`workflow: any, signature: stripe, ${secret}`);
    const event = '{"id": "evt_1", "type": "charge.succeeded"}';
    const at = () => {
      const seconds = Math.floor(t.clock.now() / 1_000);
      return {
        'content-type': 'application/json',
        'stripe-signature': `t=${seconds},v1=${hmac(`${seconds}.${event}`)}`,
      };
    };
    const recorded = at();
    const first = await runOf(t, { headers: recorded, body: event });
    await expect(t.engine.webhooks.receive(request({ headers: recorded, body: event }))).rejects.toMatchObject({
      code: 'delivery_replayed',
    });
    await t.clock.advance(60_000);
    expect(await runOf(t, { headers: at(), body: event })).toMatchObject({ run: first.run, created: false });
    await t.clock.advance(600_000);
    await expect(t.engine.webhooks.receive(request({ headers: recorded, body: event }))).rejects.toMatchObject({
      code: 'unauthorized',
    });
    expect(await lastDelivery(t)).toMatchObject({ reason: 'too_old' });
  });

  it('to several servers at once has one run', async () => {
    const t = await begin(`workflow: build, signature: github, ${secret}`);
    const other = await t.another('second');
    const calls = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? t.engine : other).webhooks.receive(request({ headers: github(body, 'd1') })),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map((answer) => (answer.kind === 'started' ? answer.run : null))).size).toBe(1);
    expect(answers.filter((answer) => answer.kind === 'started' && answer.created)).toHaveLength(1);
  });

  it('with an idempotency key has one run', async () => {
    const t = await begin(`workflow: build, ${secret}`);
    const headers = { ...token, 'idempotency-key': 'k' };
    const first = await runOf(t, { headers });
    expect(await runOf(t, { headers })).toMatchObject({ run: first.run, created: false });
    expect((await runOf(t)).run).not.toBe(first.run);
  });
});

describe('senders who try the address', () => {
  it('GitHub pings; nothing starts', async () => {
    const t = await begin(`workflow: build, signature: github, ${secret}`);
    const zen = '{"zen": "Keep it logically awesome."}';
    expect(await t.engine.webhooks.receive(request({ headers: github(zen, 'd', 'ping'), body: zen }))).toEqual({
      kind: 'ignored',
      answer: { ignored: 'ping' },
    });
    expect(await lastDelivery(t)).toMatchObject({ outcome: 'ignored', reason: 'ping', run: null });
  });

  it('Slack asks for its challenge', async () => {
    const t = await begin(`workflow: any, signature: slack, ${secret}`);
    const text = '{"type": "url_verification", "challenge": "c"}';
    const seconds = t.clock.now() / 1_000;
    const headers = {
      'content-type': 'application/json',
      'x-slack-request-timestamp': `${seconds}`,
      'x-slack-signature': `v0=${hmac(`v0:${seconds}:${text}`)}`,
    };
    expect(await t.engine.webhooks.receive(request({ headers, body: text }))).toEqual({
      kind: 'ignored',
      answer: { challenge: 'c' },
    });
  });
});

describe('mode: sync', () => {
  it('answers with what the run gave', async () => {
    const t = await begin(`workflow: build, mode: sync, ${secret}`);
    expect((await runOf(t)).ended).toEqual({ status: 'succeeded', output: { built: 'main' }, error: null });
  });

  it('answers without it when the time is over', async () => {
    const t = await begin(`workflow: slow, mode: sync, timeout: 5s, input: {}, ${secret}`.replace('input: {}, ', ''));
    const answer = runOf(t, { body: '' });
    await settle();
    await t.clock.advance(5_000);
    expect((await answer).ended).toBeNull();
  });
});

describe('a redelivery', () => {
  it('is a new run by the webhook as it is now, and names the first', async () => {
    const t = await begin(`workflow: build, ${secret}, input: { ref: "{{ trigger.body.rev }}" }`);
    await expect(t.engine.webhooks.receive(request({ body: '{"rev": 5}' }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const refused = await lastDelivery(t);
    await expect(t.engine.webhooks.redeliver(refused?.id ?? '', 'ada')).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const { run } = await runOf(t, { body: '{"rev": "v1"}' });
    const first = await lastDelivery(t);
    const again = await t.engine.webhooks.redeliver(first?.id ?? '', 'ada');
    expect([again.run === run, await inputOf(t, again.run)]).toEqual([false, { ref: 'v1' }]);
    expect(await lastDelivery(t)).toMatchObject({
      id: again.delivery,
      redeliveryOf: first?.id,
      by: 'ada',
      outcome: 'accepted',
    });
  });

  it('needs what was sent', async () => {
    const t = await begin(`workflow: build, ${secret}`);
    await expect(t.engine.webhooks.receive(request({ headers: {} }))).rejects.toMatchObject({ code: 'unauthorized' });
    const refused = await lastDelivery(t);
    await expect(t.engine.webhooks.redeliver(refused?.id ?? '', 'ada')).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(t.engine.webhooks.redeliver('999', 'ada')).rejects.toMatchObject({ code: 'delivery_not_found' });
  });
});
