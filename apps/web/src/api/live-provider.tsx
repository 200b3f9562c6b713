// One WebSocket for the whole page. Components say what they want to hear of; what they hear makes them read again.
//
// Events are hints: they say that something changed, reading says what it is now. So nothing is lost when the socket breaks: while
// there is none, queries poll (`useLive().connected` is false), and after each new connection a gap makes all of them read again.
import type { LiveEvent, Subscription } from '@millrace/api';
import type { LiveStream } from '@millrace/client';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { api } from './client.ts';
import { isSignInAsked, onSignInChange } from './session.ts';

/** `null`: events are missing, look again. */
export type LiveListener = (event: LiveEvent | null) => void;

type Live = Readonly<{
  connected: boolean;
  /** Until the returned function is called. */
  listen(subscription: Omit<Subscription, 'id'>, listener: LiveListener): () => void;
}>;

const LiveContext = createContext<Live | null>(null);

/** After the first connection failed (a proxy that passes no sockets), it is tried again this often. */
const retryMs = 10_000;
const watchMs = 500;

export function LiveProvider({ children }: { children: ReactNode }) {
  const [connected, setConnected] = useState(false);
  const stream = useRef<LiveStream | null>(null);
  const listeners = useRef(new Map<string, Readonly<{ subscription: Subscription; listener: LiveListener }>>());

  useEffect(() => {
    const ending = new AbortController();
    void keepOpen(ending.signal);
    const watch = setInterval(() => setConnected(stream.current?.connected() ?? false), watchMs);
    return () => {
      ending.abort();
      clearInterval(watch);
    };

    async function keepOpen(signal: AbortSignal): Promise<void> {
      for (let again = false; !signal.aborted; again = true) {
        while (isSignInAsked() && !signal.aborted) await signInChange(signal);
        try {
          const subscriptions = [...listeners.current.values()].map(({ subscription }) => subscription);
          const opened = api.live(subscriptions, { signal });
          stream.current = opened;
          if (again) tellAll();
          for await (const notice of opened) {
            setConnected(true);
            if (notice.type === 'gap') tellAll();
            if (notice.type === 'event') tell(notice.subscriptions, notice.event);
            // What was read before the subscription held may be older than its first event.
            if (notice.type === 'subscribed') listeners.current.get(notice.id)?.listener(null);
          }
        } catch {
          // Polling goes on meanwhile; what is wrong with the server, the queries say.
        }
        if (!signal.aborted) await Promise.race([pause(retryMs, signal), signInChange(signal)]);
      }
    }

    function tell(ids: readonly string[], event: LiveEvent): void {
      for (const id of ids) listeners.current.get(id)?.listener(event);
    }
    function tellAll(): void {
      for (const { listener } of listeners.current.values()) listener(null);
    }
  }, []);

  const listen = useCallback<Live['listen']>((wanted, listener) => {
    nextId += 1;
    const subscription: Subscription = { ...wanted, id: String(nextId) };
    listeners.current.set(subscription.id, { subscription, listener });
    stream.current?.subscribe(subscription);
    return () => {
      listeners.current.delete(subscription.id);
      stream.current?.unsubscribe(subscription.id);
    };
  }, []);
  const live = useMemo(() => ({ connected, listen }), [connected, listen]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

let nextId = 0;

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('useLive needs a LiveProvider above it.');
  return live;
}

/** Resolves when somebody has to sign in, or has. */
function signInChange(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = onSignInChange(() => {
      stop();
      resolve();
    });
    signal.addEventListener('abort', () => {
      stop();
      resolve();
    });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
