// One event socket. Subscriptions come and go; events that match are sent with a sequence. A reader that is too slow gets
// no growing queue: when too many bytes wait to be sent, events are dropped and counted, and when the bytes are out a `gap`
// says so. The reader then reads again what it shows, which is what it does after a lost connection too.
import { clientMessage, type ServerMessage, type Subscription } from '@millrace/api';
import type { ServerLimits } from '../server-options.ts';
import type { LiveReader } from './live-hub.ts';
import { matches, type TellableEvent } from './subscription-match.ts';

/** What is needed of a WebSocket (of `ws`). */
export type SocketLike = Readonly<{
  bufferedAmount: number;
  send(text: string, sent?: (error?: Error | null) => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}>;

/** Tells a client that it need not connect again before somebody signs in: as HTTP's 401. */
const signedOutCode = 4401;

export type LiveSocket = LiveReader &
  Readonly<{
    receive(text: string): void;
    heard(): void;
    checkAlive(): void;
    /** Closes it because its caller is nobody any more. */
    signedOut(): void;
  }>;

export function createLiveSocket(
  socket: SocketLike,
  limits: Pick<ServerLimits, 'socketBufferBytes' | 'subscriptionsPerSocket'>,
): LiveSocket {
  const subscriptions = new Map<string, Subscription>();
  let sequence = 0;
  /** Events dropped since the last gap was told; null: nothing was. `unknown` where nobody counted them. */
  let missing: Readonly<{ dropped: number; unknown: boolean }> | null = null;
  let silences = 0;

  function say(message: ServerMessage): void {
    socket.send(JSON.stringify(message));
  }

  /** Tells a gap as soon as there is room. Called whenever something was sent. */
  function flushGap(): void {
    if (missing === null || socket.bufferedAmount > limits.socketBufferBytes / 2) return;
    const dropped = missing.unknown ? null : missing.dropped;
    missing = null;
    sequence += 1;
    say({ type: 'gap', sequence, dropped });
  }

  function receive(text: string): void {
    const message = clientMessage.safeParse(parseJson(text));
    if (!message.success) {
      refuse(
        'The message is none that this socket understands.',
        'Send {"subscribe":{"id":"…", "workspace"?, "workflow"?, "run"?, "types"?}}, {"unsubscribe":{"id":"…"}} or {"ping":1}.',
      );
      return;
    }
    if ('ping' in message.data) {
      say({ type: 'pong', ping: message.data.ping });
    } else if ('unsubscribe' in message.data) {
      subscriptions.delete(message.data.unsubscribe.id);
      say({ type: 'unsubscribed', id: message.data.unsubscribe.id });
    } else {
      subscribe(message.data.subscribe);
    }
  }

  function subscribe(subscription: Subscription): void {
    if (!subscriptions.has(subscription.id) && subscriptions.size >= limits.subscriptionsPerSocket) {
      refuse(
        `A socket holds at most ${limits.subscriptionsPerSocket} subscriptions.`,
        'Unsubscribe from what is not shown.',
      );
      return;
    }
    subscriptions.set(subscription.id, subscription);
    say({ type: 'subscribed', id: subscription.id });
  }

  function refuse(message: string, hint: string): void {
    say({ type: 'error', error: { code: 'invalid_request', message, hint } });
  }

  function tell(event: TellableEvent, json: () => string): void {
    const ids: string[] = [];
    for (const subscription of subscriptions.values()) {
      if (matches(subscription, event)) ids.push(subscription.id);
    }
    if (ids.length === 0) return;
    if (missing !== null || socket.bufferedAmount > limits.socketBufferBytes) {
      missing = { dropped: (missing?.dropped ?? 0) + 1, unknown: missing?.unknown ?? false };
      return;
    }
    sequence += 1;
    const head = `{"type":"event","sequence":${sequence},"subscriptions":${JSON.stringify(ids)},"event":`;
    socket.send(`${head}${json()}}`, flushGap);
  }

  return {
    receive,
    tell,
    gap() {
      if (subscriptions.size === 0) return;
      missing = { dropped: missing?.dropped ?? 0, unknown: true };
      flushGap();
    },
    heard() {
      silences = 0;
    },
    checkAlive() {
      flushGap();
      silences += 1;
      if (silences > 2) socket.terminate();
      else socket.ping();
    },
    close: () => socket.close(1001, 'The server is closing.'),
    signedOut: () => socket.close(signedOutCode, 'Sign in again.'),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
