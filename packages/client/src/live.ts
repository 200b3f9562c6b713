// Events over one WebSocket that is made again when it breaks. Events of the time between are lost, so after each new
// connection a `gap` tells the reader to look again at what it shows. The same goes for a reader that is too slow.
import { type LiveEvent, routes, type ServerMessage, type Subscription } from '@millrace/api';
import { ApiError } from './api-error.ts';
import { createBackoff } from './backoff.ts';
import type { Transport } from './transport.ts';

export type Notice =
  | Readonly<{ type: 'event'; subscriptions: readonly string[]; event: LiveEvent }>
  /** Events are missing; `dropped` of them, where it is known. Look again. */
  | Readonly<{ type: 'gap'; dropped: number | null }>
  /** From here on, events of this subscription arrive. */
  | Readonly<{ type: 'subscribed'; id: string }>;

export type LiveStream = AsyncIterable<Notice> &
  Readonly<{
    /** Whether it is connected right now; while it is not, nothing is told. */
    connected(): boolean;
    /** Adds a subscription, or replaces the one with the same id. */
    subscribe(subscription: Subscription): void;
    unsubscribe(id: string): void;
    close(): void;
  }>;

/** Unread notices that are kept; beyond, they are dropped with a gap. */
const maxUnread = 10_000;
/** A connection that says nothing for this long, though it was asked, is dead. */
const pingMs = 20_000;

/** The stream ends by `close` or `signal`; it throws when the first connection fails, or a subscription is refused. */
export function openLive(
  transport: Transport,
  initial: readonly Subscription[],
  signal: AbortSignal | undefined,
): LiveStream {
  const subscriptions = new Map(initial.map((subscription) => [subscription.id, subscription]));
  const ending = new AbortController();
  const stopped = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]);
  const queue = createNoticeQueue();
  let socket: WebSocket | null = null;
  /** After a new connection: the subscriptions that do not hold yet. Whoever reads again before that may miss something. */
  let unconfirmed: Set<string> | null = null;

  const say = (message: unknown) => {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  };

  /** Resolves when the connection is over; true: it was open before. */
  async function connect(isAgain: boolean): Promise<boolean> {
    const { token } = transport;
    const shown = typeof token === 'function' ? await token() : token;
    if (stopped.aborted) return false;
    return new Promise((resolve) => {
      const current = new WebSocket(socketUrl(transport.base), protocols(shown));
      let opened = false;
      let heard = true;
      socket = current;
      const watch = setInterval(() => {
        if (!heard) current.close();
        heard = false;
        say({ ping: 1 });
      }, pingMs);
      const stop = () => current.close();
      stopped.addEventListener('abort', stop, { once: true });
      current.onopen = () => {
        opened = true;
        unconfirmed = isAgain ? new Set(subscriptions.keys()) : null;
        for (const subscription of subscriptions.values()) say({ subscribe: subscription });
      };
      current.onmessage = (message) => {
        heard = true;
        take(JSON.parse(String(message.data)));
      };
      current.onclose = () => {
        clearInterval(watch);
        stopped.removeEventListener('abort', stop);
        resolve(opened);
      };
    });
  }

  function take(message: ServerMessage): void {
    switch (message.type) {
      case 'event':
        queue.push({ type: 'event', subscriptions: message.subscriptions, event: message.event });
        return;
      case 'gap':
        queue.push({ type: 'gap', dropped: message.dropped });
        return;
      case 'subscribed':
        queue.push({ type: 'subscribed', id: message.id });
        confirm(message.id);
        return;
      case 'error':
        queue.end(new ApiError('invalid_request', message.error.message, { status: 400, hint: message.error.hint }));
        ending.abort();
        return;
      default: // `unsubscribed`, `pong`, and what newer servers may say
    }
  }

  function confirm(id: string): void {
    if (unconfirmed === null) return;
    unconfirmed.delete(id);
    if (unconfirmed.size > 0) return;
    unconfirmed = null;
    queue.push({ type: 'gap', dropped: null });
  }

  async function run(): Promise<void> {
    const backoff = createBackoff(stopped);
    let connectedOnce = false;
    while (!stopped.aborted) {
      const opened = await connect(connectedOnce);
      if (!opened && !connectedOnce && !stopped.aborted) throw await whyRefused(transport, stopped);
      connectedOnce ||= opened;
      if (opened) backoff.succeeded();
      if (!stopped.aborted) await backoff.wait();
    }
  }

  run().then(
    () => queue.end(null),
    (error) => queue.end(stopped.aborted ? null : error),
  );

  return {
    connected: () => socket?.readyState === 1,
    subscribe(subscription) {
      subscriptions.set(subscription.id, subscription);
      say({ subscribe: subscription });
    },
    unsubscribe(id) {
      subscriptions.delete(id);
      confirm(id);
      say({ unsubscribe: { id } });
    },
    close: () => ending.abort(),
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const notice = await queue.take();
          if (notice === null) return;
          yield notice;
        }
      } finally {
        ending.abort();
      }
    },
  };
}

/** A WebSocket does not tell why it failed; the same path over HTTP does. */
async function whyRefused(transport: Transport, signal: AbortSignal): Promise<unknown> {
  try {
    await transport.open('openLive', {}, { signal });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'invalid_request') return error;
  }
  return new ApiError('unexpected_answer', `${transport.base} answers, but opens no WebSocket.`, {
    status: 0,
    hint: 'A proxy in between may not hand on WebSockets.',
  });
}

const socketUrl = (base: string): string => base.replace(/^http/, 'ws') + routes.openLive.path;

/** Browsers cannot send an Authorization header here, so the token goes as a subprotocol. */
function protocols(token: string | undefined): string[] {
  if (token === undefined) return [];
  const bytes = new TextEncoder().encode(token);
  const base64 = btoa(String.fromCharCode(...bytes));
  return ['millrace', `bearer.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`];
}

function createNoticeQueue() {
  const unread: Notice[] = [];
  let dropped = 0;
  let ended = false;
  let failure: unknown = null;
  let wake: (() => void) | null = null;
  const ring = () => {
    wake?.();
    wake = null;
  };
  return {
    push(notice: Notice): void {
      if (unread.length >= maxUnread) dropped += 1;
      else unread.push(notice);
      ring();
    },
    end(error: unknown): void {
      if (ended) return;
      ended = true;
      failure = error;
      ring();
    },
    /** The next notice; null at the end. Throws what the stream failed with. */
    async take(): Promise<Notice | null> {
      for (;;) {
        const next = unread.shift();
        if (next !== undefined) return next;
        if (dropped > 0) {
          const gap: Notice = { type: 'gap', dropped };
          dropped = 0;
          return gap;
        }
        if (ended) {
          if (failure !== null) throw failure;
          return null;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
