import type { Engine, EngineEvent } from '@millrace/engine';
import { presentLiveEvent } from '../present/present-live-event.ts';
import type { TellableEvent } from './subscription-match.ts';

/** One open socket, as the hub sees it. `json` makes the event's text once, whoever asks first. */
export type LiveReader = Readonly<{
  tell(event: TellableEvent, json: () => string): void;
  /** Events were missed by the engine itself. */
  gap(): void;
  close(): void;
}>;

export type LiveHub = Readonly<{
  add(reader: LiveReader): () => void;
  size(): number;
  /** Closes all sockets and stops listening. */
  close(): void;
}>;

/** Listens to the engine while anybody listens here, and hands each event to every socket. */
export function createLiveHub(engine: Engine): LiveHub {
  const readers = new Set<LiveReader>();
  let unsubscribe: (() => void) | null = null;

  function tell(event: EngineEvent): void {
    if (event.type === 'gap') {
      for (const reader of readers) reader.gap();
      return;
    }
    let text: string | null = null;
    const json = () => {
      text ??= JSON.stringify(presentLiveEvent(event));
      return text;
    };
    for (const reader of readers) reader.tell(event, json);
  }

  return {
    add(reader) {
      readers.add(reader);
      unsubscribe ??= engine.subscribe(tell);
      return () => {
        readers.delete(reader);
        if (readers.size > 0) return;
        unsubscribe?.();
        unsubscribe = null;
      };
    },
    size: () => readers.size,
    close() {
      for (const reader of [...readers]) reader.close();
    },
  };
}
