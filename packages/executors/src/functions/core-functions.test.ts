import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '@millrace/core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { faultOf, runBody, scratchFolder } from '../../test/step-harness.ts';
import { createFunctionExecutor } from '../function/create-function-executor.ts';
import type { PrivateAccess } from '../http/address-guard.ts';
import { createCoreFunctions } from './create-core-functions.ts';

type Seen = Readonly<{ method: string; url: string; headers: IncomingHttpHeaders; body: string }>;

const scratch = scratchFolder();
const requests: Seen[] = [];
const mails: { from: string; to: readonly string[]; text: string; user: string }[] = [];
let web: Server;
let mail: SMTPServer;
let address: string;
let mailPort: number;

beforeAll(async () => {
  web = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, headers, body });
      const status = Number(/status=(\d+)/.exec(url)?.[1] ?? 200);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok": true}');
    });
  });
  await new Promise<void>((listening) => web.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'pass' ? done(null, { user: username }) : done(new Error('Invalid login')),
    onRcptTo: ({ address: to }, _session, done) => done(to.startsWith('nobody') ? new Error('No such user') : null),
    onData(stream, { envelope, user }, done) {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString();
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope;
        const to = rcptTo.map((one) => one.address);
        mails.push({ from: mailFrom === false ? '' : mailFrom.address, to, text, user: String(user ?? '') });
        done();
      });
    },
  });
  await new Promise<void>((listening) => mail.listen(0, '127.0.0.1', () => listening()));
  mailPort = (mail.server.address() as AddressInfo).port;
  process.env.MILLRACE_SECRET_SMTP = 'pass';
});
afterAll(async () => {
  delete process.env.MILLRACE_SECRET_SMTP;
  web.closeAllConnections();
  await new Promise((closed) => web.close(closed));
  await new Promise<void>((closed) => mail.close(closed));
});
beforeEach(() => {
  requests.length = 0;
  mails.length = 0;
});

function call(name: string, input: JsonObject, config: Json = {}, allowPrivate: PrivateAccess = true) {
  const executor = createFunctionExecutor(createCoreFunctions(allowPrivate));
  return runBody(scratch, executor, { type: 'function', function: name }, input, { names: { config } });
}

describe('core.echo and core.fail', () => {
  it('give back, and fail as they are told', async () => {
    expect((await call('core.echo', { message: 'x' })).result).toMatchObject({ output: { message: 'x' } });
    const fault = faultOf((await call('core.fail', { message: 'no', code: 'mine', details: { a: 1 } })).result);
    expect(fault).toEqual({ code: 'mine', message: 'no', details: { a: 1 }, retryable: false });
    expect(faultOf((await call('core.fail', { retryable: true })).result)).toMatchObject({
      code: 'failed',
      retryable: true,
    });
  });
});

describe('core.http_request', () => {
  it('sends what only the run knows, and gives what came', async () => {
    const { result, step } = await call('core.http_request', {
      url: `${address}/a?x=1`,
      method: 'PUT',
      headers: { 'X-Own': 7 },
      query: { y: ['2', 3] },
      body: { text: '{{ not.a.template }}' },
    });
    expect(result).toMatchObject({ status: 'succeeded', output: { status: 200, body: { ok: true } } });
    expect(requests).toMatchObject([
      { method: 'PUT', url: '/a?x=1&y=2&y=3', headers: { 'x-own': '7', 'content-type': 'application/json' } },
    ]);
    expect(requests[0]?.body).toBe('{"text":"{{ not.a.template }}"}');
    expect(step.text('stdout')).toMatch(/^PUT http:\/\/127\.0\.0\.1:\d+\/a: 200/);
  });

  it('fails on other statuses than those expected', async () => {
    const url = `${address}/?status=404`;
    expect(faultOf((await call('core.http_request', { url })).result)).toMatchObject({ code: 'http_status' });
    expect((await call('core.http_request', { url, expect_status: [404] })).result).toMatchObject({
      output: { status: 404 },
    });
    expect(faultOf((await call('core.http_request', { url: 'ftp://x' })).result)).toMatchObject({
      code: 'invalid_action',
    });
  });

  it('reaches no private address unless the operator allows it', async () => {
    const { result } = await call('core.http_request', { url: address }, {}, false);
    expect(faultOf(result)).toMatchObject({ code: 'address_refused', retryable: false });
    expect(requests).toEqual([]);
  });
});

describe('core.notify', () => {
  it('tells a webhook, with what is configured where the input says nothing', async () => {
    const { result } = await call(
      'core.notify',
      { text: 'done', details: { n: 1 } },
      { channel: 'webhook', url: `${address}/hook` },
    );
    expect(result).toMatchObject({ status: 'succeeded', output: { channel: 'webhook', status: 200 } });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      text: 'done',
      title: null,
      details: { n: 1 },
      run: '42',
      workflow: 'flow',
      workspace: 'main',
      step: 'build',
    });
  });

  it('speaks as Slack expects it; a secret address comes from the worker', async () => {
    process.env.MILLRACE_SECRET_CHAT = `${address}/slack`;
    const input = { text: 'it works', title: 'Release', channel: 'slack', url_env: 'MILLRACE_SECRET_CHAT' };
    expect((await call('core.notify', input)).result).toMatchObject({ status: 'succeeded' });
    expect(requests).toMatchObject([{ url: '/slack', body: '{"text":"*Release*\\nit works"}' }]);
    delete process.env.MILLRACE_SECRET_CHAT;
    expect(faultOf((await call('core.notify', input)).result)).toMatchObject({ code: 'secret_missing' });
    const other = { ...input, url_env: 'PATH' };
    expect(faultOf((await call('core.notify', other)).result)).toMatchObject({
      code: 'secret_missing',
      message: expect.stringContaining('does not begin with MILLRACE_SECRET_'),
    });
    expect(faultOf((await call('core.notify', { text: 'x' }, { channel: 'slack' })).result)).toMatchObject({
      code: 'invalid_input',
    });
  });

  it('sends mails, with and without signing in', async () => {
    const smtp = { host: '127.0.0.1', port: mailPort, tls: 'never' };
    const config = { channel: 'email', from: 'ops@example.com', to: ['ada@example.com', 'bob@example.com'], smtp };
    const { result } = await call('core.notify', { text: 'Grüße', title: 'Release' }, config);
    expect(result).toMatchObject({ output: { channel: 'email', accepted: ['ada@example.com', 'bob@example.com'] } });
    expect(mails).toMatchObject([{ from: 'ops@example.com', to: config.to, user: '' }]);
    expect(mails[0]?.text).toContain('Subject: Release');
    const login = { ...config, smtp: { ...smtp, user: 'ops', password_env: 'MILLRACE_SECRET_SMTP' } };
    expect((await call('core.notify', { text: 'x' }, login)).result).toMatchObject({ status: 'succeeded' });
    expect(mails[1]).toMatchObject({ user: 'ops' });
  });

  it('says why a mail was not sent', async () => {
    const smtp = { host: '127.0.0.1', port: mailPort, tls: 'never' };
    const config = { channel: 'email', from: 'ops@example.com', to: ['nobody@example.com'], smtp };
    const fails = async (given: JsonObject, allowPrivate: PrivateAccess = true) =>
      faultOf((await call('core.notify', { text: 'x' }, given, allowPrivate)).result);
    expect(await fails(config)).toMatchObject({ code: 'mail_failed', retryable: false });
    expect(await fails({ ...config, smtp: { ...smtp, port: 1 } })).toMatchObject({ code: 'mail_failed' });
    expect(await fails({ ...config, smtp: { ...smtp, tls: 'starttls' } })).toMatchObject({ code: 'mail_failed' });
    expect(await fails({ ...config, to: [] })).toMatchObject({ code: 'invalid_input', message: 'A mail needs to.' });
    expect(await fails(config, false)).toMatchObject({ code: 'address_refused' });
    expect(mails).toEqual([]);
  });
});
