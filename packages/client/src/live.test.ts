import type { ClientMessage, ServerMessage } from '@millrace/api';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClient, type LiveStream, type Notice } from './index.ts';

/** A WebSocket whose other end is the test. */
class FakeSocket {
  static readonly made: FakeSocket[] = [];
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: ClientMessage[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(url: string, protocols: readonly string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => this.onclose?.());
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  tell(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const run = (id: string): ServerMessage => ({
  type: 'event',
  sequence: 1,
  subscriptions: ['a'],
  event: { type: 'changed', run: id },
});
const socket = (index: number): FakeSocket => {
  const found = FakeSocket.made[index];
  if (found === undefined) throw new Error(`Socket ${index} was not made.`);
  return found;
};

let stream: LiveStream | null = null;
beforeEach(() => {
  FakeSocket.made.length = 0;
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.useFakeTimers();
});
afterEach(() => {
  stream?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(fetchAnswer: () => Promise<Response> = () => Promise.reject(new TypeError('fetch failed'))) {
  stream = createClient({ url: 'https://host:1/', token: 'tökén', fetch: fetchAnswer }).live([{ id: 'a', run: '1' }]);
  const iterator = stream[Symbol.asyncIterator]();
  return { stream, next: async (): Promise<Notice | undefined> => (await iterator.next()).value };
}

describe('the event stream', () => {
  test('subscribes when it is connected, with the token as a subprotocol', async () => {
    const { next, stream: events } = open();
    expect([socket(0).url, socket(0).protocols]).toEqual([
      'wss://host:1/api/v1/live',
      ['millrace', `bearer.${Buffer.from('tökén').toString('base64url')}`],
    ]);
    socket(0).open();
    events.subscribe({ id: 'b', workspace: 'w' });
    events.unsubscribe('a');
    expect(socket(0).sent).toEqual([
      { subscribe: { id: 'a', run: '1' } },
      { subscribe: { id: 'b', workspace: 'w' } },
      { unsubscribe: { id: 'a' } },
    ]);
    socket(0).tell({ type: 'subscribed', id: 'b' });
    socket(0).tell(run('1'));
    expect([await next(), await next()]).toEqual([
      { type: 'subscribed', id: 'b' },
      { type: 'event', subscriptions: ['a'], event: { type: 'changed', run: '1' } },
    ]);
  });

  test('connects again, subscribes again, and tells of the gap', async () => {
    const { next, stream: events } = open();
    socket(0).open();
    events.subscribe({ id: 'b' });
    socket(0).close();
    await vi.advanceTimersByTimeAsync(6_000);
    socket(1).close(); // the server is not back yet
    await vi.advanceTimersByTimeAsync(6_000);
    socket(2).open();
    expect(socket(2).sent).toEqual([{ subscribe: { id: 'a', run: '1' } }, { subscribe: { id: 'b' } }]);
    for (const id of ['a', 'b']) socket(2).tell({ type: 'subscribed', id });
    const notices = [await next(), await next(), await next()];
    expect(notices).toEqual([
      { type: 'subscribed', id: 'a' },
      { type: 'subscribed', id: 'b' },
      { type: 'gap', dropped: null }, // only now does reading again miss nothing
    ]);
    socket(2).tell({ type: 'gap', sequence: 1, dropped: 3 });
    expect(await next()).toEqual({ type: 'gap', dropped: 3 });
  });

  test('notices a connection that is dead without saying so', async () => {
    open();
    socket(0).open();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(socket(0).sent.at(-1)).toEqual({ ping: 1 });
    socket(0).tell({ type: 'pong', ping: 1 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(socket(0).readyState).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000 + 6_000);
    expect([socket(0).readyState, FakeSocket.made.length]).toEqual([3, 2]);
  });

  test('that cannot connect at first throws why', async () => {
    const { next } = open();
    socket(0).close();
    await expect(next()).rejects.toMatchObject({ code: 'unreachable' });
    const envelope = { error: { code: 'unauthorized', message: 'No.', hint: null, details: null, request_id: 'r' } };
    const second = open(async () => Response.json(envelope, { status: 401 }));
    socket(1).close();
    await expect(second.next()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('throws when the server refuses a subscription', async () => {
    const { next } = open();
    socket(0).open();
    socket(0).tell({ type: 'error', error: { code: 'invalid_request', message: 'Too many.', hint: null } });
    await expect(next()).rejects.toMatchObject({ code: 'invalid_request', message: 'Too many.' });
    expect(socket(0).readyState).toBe(3);
  });

  test('keeps a bounded number of unread notices, and tells how many it dropped', async () => {
    const { next } = open();
    socket(0).open();
    for (let index = 0; index < 10_005; index += 1) socket(0).tell(run(String(index)));
    for (let index = 0; index < 10_000; index += 1) await next();
    expect(await next()).toEqual({ type: 'gap', dropped: 5 });
  });

  test('ends when it is closed', async () => {
    const { next, stream: events } = open();
    socket(0).open();
    events.close();
    expect(await next()).toBeUndefined();
    expect(socket(0).readyState).toBe(3);
  });
});
