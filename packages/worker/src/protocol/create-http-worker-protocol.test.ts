import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeLogBatch, type LogChunk, runId, type SyncRequest, type SyncResponse, workerId } from '@millrace/core';
import { afterEach, expect, it } from 'vitest';
import { createHttpWorkerProtocol } from './create-http-worker-protocol.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
  return { server, protocol: createHttpWorkerProtocol({ url, token: 'secret', timeoutMs: 5_000 }) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function piecesOf(stream: AsyncIterable<Uint8Array> | null): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream ?? []) pieces.push(piece);
  return pieces;
}

const request: SyncRequest = {
  worker: {
    id: workerId('w'),
    name: 'w',
    labels: [],
    capabilities: [],
    queues: [],
    slots: 1,
    version: '0',
    host: 'h',
    pid: 1,
  },
  results: [],
  running: [],
  received: 0,
  returned: [],
  freeSlots: 1,
  stopping: false,
  waitMs: 0,
};
const response: SyncResponse = { sequence: 1, assignments: [], cancellations: [], confirmed: [], leaseMs: 1_000 };

it('carries syncs, logs and files over kept connections', async () => {
  const seen: string[] = [];
  const sockets = new Set<unknown>();
  let logs: LogChunk[] = [];
  const { protocol } = await serve(async (incoming, answer) => {
    sockets.add(incoming.socket);
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization}`);
    const body = await bodyOf(incoming);
    if (incoming.url?.endsWith('/sync')) answer.end(JSON.stringify(response));
    else if (incoming.url?.endsWith('/logs')) {
      logs = decodeLogBatch(body);
      answer.writeHead(204).end();
    } else if (incoming.url?.endsWith('/ended-runs')) {
      const { runs } = JSON.parse(body.toString());
      answer.end(JSON.stringify({ ended: [runs[0]], unknown: [runs[1]] }));
    } else if (incoming.url?.includes('none')) answer.writeHead(204).end();
    else answer.end('archive');
  });
  expect(await protocol.sync(request)).toEqual(response);
  const chunk = { run: runId('7'), step: 1, item: -1, iteration: 0, attempt: 1, offset: 5, data: Buffer.from('a\n') };
  await protocol.appendLogs([chunk]);
  expect(logs).toMatchObject([{ run: '7', offset: 5 }]);
  expect(Buffer.from(logs[0]?.data ?? []).toString()).toBe('a\n');
  expect(await protocol.openFiles('none', 'r')).toBe(null);
  expect(await protocol.endedRuns([runId('3'), runId('4')])).toEqual({ ended: ['3'], unknown: ['4'] });
  const files = await protocol.openFiles('a b', 'r/1');
  expect(Buffer.concat(await piecesOf(files)).toString()).toBe('archive');
  expect(seen).toEqual([
    'POST /base/worker/v1/sync Bearer secret',
    'POST /base/worker/v1/logs Bearer secret',
    'GET /base/worker/v1/files/none/r Bearer secret',
    'POST /base/worker/v1/ended-runs Bearer secret',
    'GET /base/worker/v1/files/a%20b/r%2F1 Bearer secret',
  ]);
  expect(sockets.size).toBeLessThan(4);
});

it("gives the server's errors with their codes", async () => {
  const { protocol } = await serve((_incoming, answer) => {
    answer.statusCode = 507;
    answer.end(JSON.stringify({ error: { code: 'blob_store_full', message: 'Full.', hint: 'Make room.' } }));
  });
  await expect(protocol.appendLogs([])).rejects.toMatchObject({
    code: 'blob_store_full',
    message: 'Full.',
    hint: 'Make room.',
  });
});

it('tells a server that is away, a proxy, and something else apart from an answer', async () => {
  const { protocol, server } = await serve((incoming, answer) => {
    if (incoming.url?.endsWith('/sync')) answer.end('<html>');
    else answer.writeHead(401).end('who are you?');
  });
  await expect(protocol.sync(request)).rejects.toMatchObject({ code: 'store_unavailable', retryable: true });
  await expect(protocol.openFiles('a', 'b')).rejects.toMatchObject({ code: 'unauthorized', retryable: false });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(protocol.sync(request)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

it('ends a waiting call when its signal aborts', async () => {
  const abort = new AbortController();
  const { protocol } = await serve(() => abort.abort());
  await expect(protocol.sync({ ...request, waitMs: 60_000 }, abort.signal)).rejects.toMatchObject({
    code: 'store_unavailable',
  });
});
