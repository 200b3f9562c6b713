import { encodeLogBatch, logBatchMediaType, runId } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  server = createCheckedServer();
});
afterEach(() => server.close());

const send = (payload: Uint8Array) =>
  server.app.inject({
    method: 'POST',
    url: '/worker/v1/logs',
    headers: { host: 'localhost', 'content-type': logBatchMediaType },
    payload: Buffer.from(payload),
  });

describe('logs of workers', () => {
  test('arrive byte by byte', async () => {
    const chunk = { run: runId('7'), step: 1, item: 4, iteration: 0, attempt: 2, offset: 99 };
    const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const answer = await send(
      encodeLogBatch([
        { ...chunk, data },
        { ...chunk, step: 0, data: new Uint8Array() },
      ]),
    );
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(server.fake.seen.chunks.map(({ data: bytes, ...rest }) => ({ ...rest, bytes: [...bytes] }))).toEqual([
      { ...chunk, bytes: [...data] },
      { ...chunk, step: 0, bytes: [] },
    ]);
  });

  test('that are no batch are refused', async () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0, 0, 1, 0, 1), Buffer.from('hello, server')]) {
      const answer = await send(bytes);
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'invalid_request']);
    }
    expect(server.fake.seen.chunks).toEqual([]);
  });
});

describe('runs that workers keep something for', () => {
  const ask = (runs: readonly string[]) =>
    server.app.inject({
      method: 'POST',
      url: '/worker/v1/ended-runs',
      headers: { host: 'localhost' },
      payload: { runs },
    });

  test('are told to have ended, or to be unknown', async () => {
    const [ended, open] = [await server.fake.start(), await server.fake.start()];
    server.fake.end(ended, 'succeeded');
    const answer = await ask([ended, open, '999999']);
    expect([answer.statusCode, answer.json()]).toEqual([200, { ended: [ended], unknown: ['999999'] }]);
  });

  test('are named by numbers', async () => {
    expect((await ask(['../etc'])).json().error.code).toBe('invalid_request');
  });
});

describe('files for workers', () => {
  const get = (url: string) => server.app.inject({ url, headers: { host: 'localhost' } });

  test('are streamed, or are none', async () => {
    const files = await get('/worker/v1/files/shop/r1');
    expect([files.statusCode, files.headers['content-type'], files.body]).toEqual([200, 'application/gzip', 'gziptar']);
    expect((await get('/worker/v1/files/shop/r0')).statusCode).toBe(204);
  });
});
