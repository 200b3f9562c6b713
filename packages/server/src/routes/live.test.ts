import type { ServerMessage } from '@millrace/api';
import { runId } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import type { ServerOptions } from '../index.ts';

let server: ReturnType<typeof createCheckedServer>;
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await server.close();
});

async function listen(options: Partial<ServerOptions> = {}): Promise<string> {
  server = createCheckedServer(options);
  return `ws://127.0.0.1:${(await server.listen()).port}/api/v1/live`;
}

/** A connected socket, or the fact that it was refused. */
async function connect(url: string, options: object | string[] = []) {
  const socket = new WebSocket(url, options as string[]);
  sockets.push(socket);
  const messages: ServerMessage[] = [];
  let closed: number | null = null;
  socket.onmessage = ({ data }) => messages.push(JSON.parse(String(data)));
  const opened = await new Promise<boolean>((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onclose = ({ code }) => {
      closed = code;
      resolve(false);
    };
  });
  return {
    opened,
    messages,
    closed: () => closed,
    say: (message: unknown) => socket.send(JSON.stringify(message)),
    until: (count: number) => expect.poll(() => messages.length).toBe(count),
    close: () => socket.close(),
  };
}

const step = (run: string) => ({
  type: 'step' as const,
  run: runId(run),
  workspace: 'shop',
  workflow: 'release',
  step: 'build',
  item: -1,
  iteration: 0,
  attempt: 1,
  status: 'running' as const,
  reason: null,
  at: 0,
});

describe('the event socket', () => {
  test('tells each client what it subscribed to, until it goes', async () => {
    const url = await listen();
    const [one, two] = [await connect(url), await connect(url)];
    one.say({ subscribe: { id: 'a', run: '1' } });
    two.say({ subscribe: { id: 'b', workflow: 'release', types: ['step'] } });
    await one.until(1);
    await two.until(1);
    expect(server.fake.listeners()).toBe(1);
    server.fake.emit(step('1'));
    server.fake.emit(step('2'));
    server.fake.emit({ type: 'gap' });
    await one.until(3);
    await two.until(4);
    expect(one.messages.slice(1)).toEqual([
      { type: 'event', sequence: 1, subscriptions: ['a'], event: { ...step('1'), at: '1970-01-01T00:00:00.000Z' } },
      { type: 'gap', sequence: 2, dropped: null },
    ]);
    one.close();
    two.close();
    await expect.poll(() => server.fake.listeners()).toBe(0);
  });

  test('closes with the server, with the code for going away', async () => {
    const socket = await connect(await listen());
    await server.close();
    await expect.poll(socket.closed).toBe(1001);
  });

  test('cuts a client whose messages are too large', async () => {
    const socket = await connect(await listen());
    socket.say({ subscribe: { id: 'x'.repeat(20_000) } });
    await expect.poll(socket.closed).not.toBeNull();
  });

  test('a slow reader gets a gap, and the server keeps little for it', async () => {
    const url = await listen({ limits: { socketBufferBytes: 64 * 1024 } });
    const socket = await connect(url);
    socket.say({ subscribe: { id: 'a' } });
    await socket.until(1);
    const count = 100_000; // far more than the buffers of the system take, told before the reader has a turn
    for (let run = 0; run < count; run += 1) server.fake.emit(step(String(run)));
    await expect.poll(() => socket.messages.some((message) => message.type === 'gap'), { timeout: 10_000 }).toBe(true);
    const events = socket.messages.filter((message) => message.type === 'event').length;
    const dropped = socket.messages.reduce(
      (sum, message) => sum + (message.type === 'gap' ? (message.dropped ?? 0) : 0),
      0,
    );
    expect([events + dropped, events < count / 2]).toEqual([count, true]);
  });

  test.each<[string, Partial<ServerOptions>, object | string[], boolean]>([
    ['no origin', {}, [], true],
    ['a foreign origin', {}, { headers: { origin: 'https://evil.example' } }, false],
    [
      'a token in the header',
      { apiToken: 'a-token-of-some-length' },
      { headers: { authorization: 'Bearer a-token-of-some-length' } },
      true,
    ],
    [
      'a token as subprotocol',
      { apiToken: 'a-token-of-some-length' },
      ['millrace', `bearer.${Buffer.from('a-token-of-some-length').toString('base64url')}`],
      true,
    ],
    ['a wrong token', { apiToken: 'a-token-of-some-length' }, ['millrace', 'bearer.YWJj'], false],
    ['no token', { apiToken: 'a-token-of-some-length' }, [], false],
    ['too many sockets', { limits: { sockets: 0 } }, [], false],
  ])('with %s', async (_, options, how, opened) => {
    expect((await connect(await listen(options), how)).opened).toBe(opened);
  });
});
