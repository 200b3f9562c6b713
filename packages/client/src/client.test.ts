// The client against an HTTP server that answers as the test says; with the real server it is tested by the command line.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogLine } from '@millrace/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, createClient } from './index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let server: Server;
let handler: Handler;
let calls: string[] = [];
let url = '';

beforeEach(async () => {
  calls = [];
  server = createServer(async (request, response) => {
    const body = (await Array.fromAsync(request)).join('');
    calls.push(`${request.method} ${request.url}${body === '' ? '' : ` ${body}`}`);
    handler(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const answer =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

async function failure(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (reason) => reason,
  );
  if (error instanceof ApiError) return error;
  throw new Error(`Expected an ApiError, got ${String(error)}`);
}

describe('a call', () => {
  test('puts names into the path, lists into the query, and the token into the header', async () => {
    let authorization: string | undefined;
    handler = (request, response, body) => {
      authorization = request.headers.authorization;
      answer({ items: [], next: null })(request, response, body);
    };
    const client = createClient({ url: `${url}/`, token: 't0ken' });
    await client.workflows.get('a b/c', 'ä');
    await client.runs.list({ status: ['failed', 'timed_out'], top_level: true, limit: 5 });
    expect(calls).toEqual([
      'GET /api/v1/workspaces/a%20b%2Fc/workflows/%C3%A4',
      'GET /api/v1/runs?status=failed&status=timed_out&top_level=true&limit=5',
    ]);
    expect(authorization).toBe('Bearer t0ken');
  });

  test('that changes something sends JSON, also without content', async () => {
    const types: (string | undefined)[] = [];
    handler = (request, response, body) => {
      types.push(request.headers['content-type']);
      answer({ id: '1' })(request, response, body);
    };
    const client = createClient({ url });
    await client.workflows.start('main', 'hello', { input: { name: 'Ada' } });
    await client.runs.cancel('1');
    expect(calls).toEqual([
      'POST /api/v1/workspaces/main/workflows/hello/runs {"input":{"name":"Ada"}}',
      'POST /api/v1/runs/1/cancel {}',
    ]);
    expect(types).toEqual(['application/json', 'application/json']);
  });

  test('goes through all pages', async () => {
    handler = (request, response, body) => {
      const after = new URL(request.url ?? '', url).searchParams.get('after');
      answer(after === null ? { items: [{ id: '3' }, { id: '2' }], next: 'n' } : { items: [{ id: '1' }], next: null })(
        request,
        response,
        body,
      );
    };
    const ids = await Array.fromAsync(createClient({ url }).runs.all({ workflow: 'w' }), ({ id }) => id);
    expect([ids, calls.length]).toEqual([['3', '2', '1'], 2]);
  });

  test('waits for an end as long as it takes', async () => {
    handler = (request, response, body) =>
      answer({ ended: calls.length === 3, run: { id: '1' } })(request, response, body);
    expect(await createClient({ url }).runs.waitForEnd('1')).toEqual({ id: '1' });
    expect(calls.length).toBe(3);
  });

  test('gives readiness also when it says no', async () => {
    handler = answer({ status: 'not_ready', reasons: [] }, 503);
    expect(await createClient({ url }).system.ready()).toEqual({ status: 'not_ready', reasons: [] });
  });

  test('reads a part of a log with its headers', async () => {
    handler = answer('a\n', 200, { 'millrace-next-offset': '42', 'millrace-log-complete': 'true' });
    expect(await createClient({ url }).runs.readLogs('1', { step: 'b', offset: 0 })).toEqual({
      text: 'a\n',
      nextOffset: 42,
      complete: true,
    });
  });
});

describe('a call that fails', () => {
  test('has what the envelope says', async () => {
    handler = answer(
      { error: { code: 'run_not_found', message: 'No run 7.', hint: 'Look.', details: { a: 1 }, request_id: 'r-1' } },
      404,
    );
    expect(await failure(createClient({ url }).runs.get('7'))).toMatchObject({
      code: 'run_not_found',
      message: 'No run 7.',
      hint: 'Look.',
      details: { a: 1 },
      status: 404,
      requestId: 'r-1',
      retryable: false,
    });
  });

  test('because nobody listens says how to start a server', async () => {
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(createClient({ url }).runs.list());
    expect(error).toMatchObject({ code: 'unreachable', status: 0, retryable: true });
    expect(error.message).toBe(`No server answers at ${url} (ECONNREFUSED).`);
    expect(error.hint).toContain('millrace dev');
  });

  test('because something else answers says so', async () => {
    handler = answer('<h1>Bad gateway</h1>', 502);
    expect(await failure(createClient({ url }).runs.list())).toMatchObject({ code: 'unexpected_answer', status: 502 });
    handler = answer('<h1>It works</h1>');
    expect(await failure(createClient({ url }).runs.list())).toMatchObject({ code: 'unexpected_answer' });
  });

  test('because its caller called it off throws what fetch throws', async () => {
    handler = () => {};
    const stop = new AbortController();
    const call = createClient({ url }).runs.list({}, { signal: stop.signal });
    await expect.poll(() => calls.length).toBe(1);
    stop.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const line = (text: string, next_offset: number, step = 'build'): LogLine => ({
  at: '2026-11-21T09:30:00.000Z',
  stream: 'stdout',
  step,
  item: -1,
  iteration: 0,
  attempt: 1,
  text,
  next_offset,
});

describe('followed logs', () => {
  /** Each connection sends its lines; all but the last break off. */
  const connections =
    (...parts: readonly (readonly LogLine[])[]): Handler =>
    (_request, response) => {
      const part = parts[calls.length - 1] ?? [];
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      const text = part.map((one) => `${JSON.stringify(one)}\n`).join('');
      if (calls.length === parts.length) response.end(text);
      else response.write(`${text}{"at":"cut`, () => response.destroy());
    };

  test('survive a broken connection without losing or doubling a line', async () => {
    const first = [line('a', 10), line('x', 5, 'test'), line('b', 20)];
    handler = connections(first, [
      line('a', 10),
      line('b', 20),
      line('x', 5, 'test'),
      line('ä', 30),
      line('y', 9, 'test'),
    ]);
    const texts = await Array.fromAsync(createClient({ url }).runs.followLogs('1'), ({ text }) => text);
    expect(texts).toEqual(['a', 'x', 'b', 'ä', 'y']);
  });

  test('of one log go on where they broke off', async () => {
    handler = connections([line('a', 10)], [line('b', 20)]);
    const choice = { step: 'build', item: -1, iteration: 0, attempt: 1 };
    const texts = await Array.fromAsync(createClient({ url }).runs.followLogs('1', choice), ({ text }) => text);
    expect(texts).toEqual(['a', 'b']);
    expect(calls.map((call) => new URL(call.split(' ')[1] ?? '', url).searchParams.get('offset'))).toEqual([
      null,
      '10',
    ]);
  });

  test('end with an error that lasts', async () => {
    handler = answer(
      { error: { code: 'run_not_found', message: 'No.', hint: null, details: null, request_id: 'r' } },
      404,
    );
    await expect(Array.fromAsync(createClient({ url }).runs.followLogs('1'))).rejects.toMatchObject({
      code: 'run_not_found',
    });
    expect(calls.length).toBe(1);
  });

  test('end quietly when their reader has enough', async () => {
    let closed = false;
    handler = (_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      response.write(`${JSON.stringify(line('a', 10))}\n`);
    };
    for await (const { text } of createClient({ url }).runs.followLogs('1')) {
      expect(text).toBe('a');
      break;
    }
    await expect.poll(() => closed).toBe(true);
    const stop = new AbortController();
    const rest = Array.fromAsync(createClient({ url }).runs.followLogs('1', {}, { signal: stop.signal }));
    await expect.poll(() => calls.length).toBe(2);
    stop.abort();
    await rest;
  });
});
