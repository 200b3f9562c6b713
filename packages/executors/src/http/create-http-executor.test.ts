import type { LookupAddress } from 'node:dns';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { HttpBody, JsonObject } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assignmentOf, faultOf, limits, makeStep, runBody, scratchFolder } from '../../test/step-harness.ts';
import { createAddressGuard } from './address-guard.ts';
import { createHttpExecutor } from './create-http-executor.ts';

const scratch = scratchFolder();
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const arrived: (() => void)[] = [];

const answers: Record<string, (answer: ServerResponse) => void> = {
  '/json': (answer) => answer.setHeader('content-type', 'application/problem+json').end('{"a":[1]}'),
  '/text': (answer) => answer.setHeader('content-type', 'text/plain; charset=latin1').end(Buffer.from([0xe9])),
  '/gzip': (answer) => answer.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(5_000))),
  '/bomb': (answer) => answer.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000))),
  '/missing': (answer) => {
    answer.statusCode = 404;
    answer.end('no such thing');
  },
  '/moved': (answer) => answer.writeHead(302, { location: '/json' }).end(),
  '/away': (answer) => answer.writeHead(302, { location: `http://localhost:${port()}/json` }).end(),
  '/loop': (answer) => answer.writeHead(307, { location: '/loop' }).end(),
  '/reset': (answer) => answer.destroy(),
  '/hang': () => {},
};

let server: Server;
const port = (): number => (server.address() as AddressInfo).port;
beforeAll(async () => {
  server = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    for (const tell of arrived.splice(0)) tell();
    (answers[(request.url ?? '').split('?')[0] ?? ''] ?? ((each) => each.end('ok')))(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const executor = createHttpExecutor({ allowPrivate: true });
const get = (path: string, keys: Partial<HttpBody> = {}, input: JsonObject = {}, more = {}) =>
  runBody(
    scratch,
    executor,
    { type: 'http', url: `http://127.0.0.1:${port()}${path}`, method: 'GET', ...keys },
    input,
    more,
  );

describe('an http step', () => {
  it('sends what its templates say, with types kept', async () => {
    const { result } = await get(
      '/x?a=1',
      {
        method: 'post',
        headers: { 'X-Name': '{{ input.name }}' },
        query: { q: '{{ input.name }}', list: ['a', '{{ input.n }}'], none: null },
        body: { n: '{{ input.n }}', text: 'n is {{ input.n }}' },
      },
      { n: 3, name: 'a&b c' },
    );
    expect(result).toMatchObject({ status: 'succeeded', output: { status: 200, body: 'ok' } });
    const request = seen.at(-1);
    expect(request).toMatchObject({ method: 'POST', url: '/x?a=1&q=a%26b+c&list=a&list=3' });
    expect(request?.headers).toMatchObject({ 'x-name': 'a&b c', 'content-type': 'application/json' });
    expect(JSON.parse(request?.body ?? '')).toEqual({ n: 3, text: 'n is 3' });
  });

  it('reads JSON, texts in other charsets and compressed bodies', async () => {
    expect((await get('/json')).result).toMatchObject({ output: { body: { a: [1] } } });
    expect((await get('/text')).result).toMatchObject({ output: { body: 'é' } });
    expect((await get('/gzip')).result).toMatchObject({ output: { body: 'x'.repeat(5_000) } });
  });

  it('fails for a status that is not expected', async () => {
    expect(faultOf((await get('/missing')).result)).toMatchObject({
      code: 'http_status',
      message: expect.stringContaining('answered 404; expected 2xx: no such thing'),
      details: { status: 404, body: 'no such thing' },
    });
    expect((await get('/missing', { expect: { status: ['4xx'] } })).result).toMatchObject({ output: { status: 404 } });
    expect(faultOf((await get('/json', { expect: { status: [201, '3xx'] } })).result).code).toBe('http_status');
  });

  it('follows redirects, a bounded number of times, and keeps credentials at their origin', async () => {
    expect((await get('/moved', { method: 'POST', body: 'x' })).result).toMatchObject({ output: { body: { a: [1] } } });
    expect(seen.at(-1)).toMatchObject({ method: 'GET', body: '' });
    await get('/away', { headers: { authorization: 'secret', other: 'x' } });
    expect(seen.at(-1)?.headers).not.toHaveProperty('authorization');
    expect(seen.at(-1)?.headers).toHaveProperty('other');
    expect(faultOf((await get('/loop')).result).message).toContain('5 redirects');
  });

  it('explains failures of the network', async () => {
    expect(faultOf((await get('/reset')).result)).toMatchObject({
      code: 'http_error',
      details: { reason: 'ECONNRESET' },
    });
    const nobody = { type: 'http', url: 'http://127.0.0.1:1/?token=s', method: 'GET' } as const;
    const fault = faultOf((await runBody(scratch, executor, nobody)).result);
    expect(fault).toMatchObject({ code: 'http_error', details: { reason: 'ECONNREFUSED' } });
    expect(fault.message).not.toContain('token');
    const broken = { type: 'http', url: 'ftp://x', method: 'GET' } as const;
    expect(faultOf((await runBody(scratch, executor, broken)).result)).toMatchObject({
      code: 'invalid_action',
      retryable: false,
    });
    expect(faultOf((await get('/x', { headers: { a: 'x\r\nInjected: 1' } })).result).code).toBe('invalid_action');
  });

  it('takes no body beyond the limit, also after decompression', async () => {
    const small = { limits: { ...limits, outputBytes: 100_000 } };
    expect(faultOf((await get('/bomb', {}, {}, small)).result)).toMatchObject({
      code: 'output_too_large',
      details: { limit: 100_000 },
    });
  });

  it('stops when it is asked to', async () => {
    const body = { type: 'http', url: `http://127.0.0.1:${port()}/hang`, method: 'GET' } as const;
    const step = makeStep(scratch, assignmentOf(body, {}, { timeoutMs: 1_000 }));
    const request = new Promise<void>((resolve) => arrived.push(resolve));
    const ending = executor.execute(step.context);
    await request;
    step.stop({ kind: 'timed_out' });
    expect(await ending).toMatchObject({ status: 'timed_out' });
  });
});

describe('private addresses', () => {
  const hosts = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '0x7f.1',
    '2130706433',
    '[::ffff:127.0.0.1]',
    '10.0.0.1',
    '169.254.169.254',
    '[fe80::1]',
    '0.0.0.0',
    '0',
    '0177.0.0.1',
    '127.0.0.1.',
    '127。0。0。1',
    '①②⑦.⓪.⓪.①',
    '[::ffff:7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    // What tells machines of clouds their credentials: AWS by IPv6, Alibaba, Oracle, Azure.
    '[fd00:ec2::254]',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
  ];

  it.each(hosts)('are refused by default: %s', async (host) => {
    const guarded = createHttpExecutor();
    const before = seen.length;
    const { result } = await runBody(scratch, guarded, {
      type: 'http',
      url: `http://${host}:${port()}/`,
      method: 'GET',
    });
    expect(faultOf(result)).toMatchObject({ code: 'address_refused', retryable: false });
    expect(seen.length).toBe(before);
  });

  it('are refused after a redirect', async () => {
    const guarded = createHttpExecutor({ allowPrivate: ['127.0.0.1'] });
    const away = { type: 'http', url: `http://127.0.0.1:${port()}/moved`, method: 'GET' } as const;
    expect((await runBody(scratch, guarded, away)).result.status).toBe('succeeded');
    answers['/inside'] = (answer) => answer.writeHead(302, { location: `http://127.0.0.2:${port()}/` }).end();
    const inside = { ...away, url: `http://127.0.0.1:${port()}/inside` };
    expect(faultOf((await runBody(scratch, guarded, inside)).result).code).toBe('address_refused');
  });

  it('can be allowed by host, address and network', async () => {
    for (const entry of ['localhost', '127.0.0.0/8']) {
      const guarded = createHttpExecutor({ allowPrivate: [entry] });
      const body = { type: 'http', url: `http://localhost:${port()}/json`, method: 'GET' } as const;
      expect((await runBody(scratch, guarded, body)).result.status, entry).toBe('succeeded');
    }
  });

  it('are not reached by a name that leads elsewhere the second time, or to both at once', async () => {
    const answersOfNames: LookupAddress[][] = [
      [{ address: '192.88.99.200', family: 4 }],
      [{ address: '127.0.0.1', family: 4 }],
      [
        { address: '::ffff:127.0.0.1', family: 6 },
        { address: '192.88.99.200', family: 4 },
      ],
    ];
    const guard = createAddressGuard(false, (_name, _options, callback) => {
      callback(null, answersOfNames.shift() ?? []);
    });
    const look = () =>
      new Promise<unknown>((resolve) => {
        guard.lookup('rebind.example', { all: true }, (error, addresses) => resolve(error?.message ?? addresses));
      });
    expect(guard.refusal('rebind.example')).toBeNull();
    // Each connection goes to what was looked up for it, and was checked.
    expect(await look()).toEqual([{ address: '192.88.99.200', family: 4 }]);
    expect(await look()).toBe('rebind.example is 127.0.0.1, a private address');
    expect(await look()).toEqual([{ address: '192.88.99.200', family: 4 }]);
  });

  it('do not include public ones', () => {
    const guard = createAddressGuard(false);
    expect(['1.1.1.1', '[2606:4700::1111]', '172.32.0.1'].map((host) => guard.refusal(host))).toEqual([
      null,
      null,
      null,
    ]);
  });
});
