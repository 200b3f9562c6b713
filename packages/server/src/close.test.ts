import { afterEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../testkit/checked-server.ts';

let server: ReturnType<typeof createCheckedServer>;
afterEach(() => server.close());

async function listen() {
  server = createCheckedServer({ limits: { closeGraceMs: 2_000 } });
  const { port } = await server.listen();
  return `http://127.0.0.1:${port}`;
}

const sync = {
  worker: { id: 'w', name: 'w', labels: [], capabilities: [], queues: [], slots: 1, version: '1', host: 'h', pid: 1 },
  results: [],
  running: null,
  received: 0,
  returned: [],
  freeSlots: 1,
  stopping: false,
  waitMs: 3_600_000,
};

describe('closing', () => {
  test('answers long polls at once, with the run as it is', async () => {
    const url = await listen();
    const run = await server.fake.start();
    const waiting = fetch(`${url}/api/v1/runs/${run}/wait?timeout=55`);
    await expect.poll(() => server.fake.seen.waits).toBe(1);
    await server.close();
    const response = await waiting;
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ ended: false })]);
  });

  test('calls off the long polls of workers, whose wait is bounded by the server', async () => {
    const url = await listen();
    server.fake.setSync(
      (_request, signal) =>
        new Promise((resolve) => {
          const answer = { sequence: 1, assignments: [], cancellations: [], confirmed: [], leaseMs: 9000 };
          signal?.addEventListener('abort', () => resolve(answer));
        }),
    );
    const waiting = fetch(`${url}/worker/v1/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sync),
    });
    await expect.poll(() => server.fake.seen.syncs.length).toBe(1);
    expect(server.fake.seen.syncs[0]?.waitMs).toBe(60_000);
    expect(server.fake.seen.syncSignals[0]?.aborted).toBe(false);
    await server.close();
    expect((await waiting).status).toBe(200);
  });

  test('a worker that goes away is noticed', async () => {
    const url = await listen();
    server.fake.setSync(
      (_request, signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    );
    const gone = new AbortController();
    const waiting = fetch(`${url}/worker/v1/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sync),
      signal: gone.signal,
    });
    await expect.poll(() => server.fake.seen.syncSignals.length).toBe(1);
    gone.abort();
    await expect(waiting).rejects.toThrow();
    await expect.poll(() => server.fake.seen.syncSignals[0]?.aborted).toBe(true);
  });

  test('may be asked for twice, and frees the port', async () => {
    const url = await listen();
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('a port in use is told with a way out', async () => {
    const url = await listen();
    const other = createCheckedServer({ port: Number(new URL(url).port) });
    await expect(other.listen()).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('in use'),
      hint: expect.any(String),
    });
    await other.close();
  });
});
