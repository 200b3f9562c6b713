import type { StoredEvent } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';
import type { EventStore } from '../ports/event-store.ts';
import { Loop } from './loop.ts';

const batch = 100;
const olderThanMs = 5_000;
const hideMs = 30_000;

export type EventLoopOptions = Readonly<{
  events: EventStore;
  clock: Clock;
  pollMs: number;
  deliver(event: StoredEvent): Promise<void>;
  onError(error: unknown, where: string): void;
}>;

/** Delivers events whose server died, or could not deliver, after it stored them. */
export function createEventLoop({ events, clock, pollMs, deliver, onError }: EventLoopOptions): Loop {
  return new Loop({
    name: 'events',
    clock,
    pauseMs: pollMs,
    onError,
    duty: async () => {
      const old = await events.takeOld({ olderThanMs, hideMs, limit: batch });
      // One after the other: each may have thousands who wait for it.
      for (const event of old) await deliver(event);
      return old.length === batch ? 0 : pollMs;
    },
  });
}
