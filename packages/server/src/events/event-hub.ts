import type { Engine, EngineEvent } from '@millrace/engine';
import { presentEvent } from '../present/present-event.ts';
import type { TellableEvent } from './subscription-match.ts';

/** One open socket, as the hub sees it. `json` makes the event's text once, whoever asks first. */
export type EventReader = Readonly<{
  tell(event: TellableEvent, json: () => string): void;
  /** Events were missed by the engine itself. */
  gap(): void;
  close(): void;
}>;

export type EventHub = Readonly<{
  add(reader: EventReader): () => void;
  size(): number;
  /** Closes all sockets and stops listening. */
  close(): void;
}>;

/** Listens to the engine while anybody listens here, and hands each event to every socket. */
export function createEventHub(engine: Engine): EventHub {
  const readers = new Set<EventReader>();
  let unsubscribe: (() => void) | null = null;

  function tell(event: EngineEvent): void {
    if (event.type === 'gap') {
      for (const reader of readers) reader.gap();
      return;
    }
    let text: string | null = null;
    const json = () => {
      text ??= JSON.stringify(presentEvent(event));
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
