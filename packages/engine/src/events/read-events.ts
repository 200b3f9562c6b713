import { MillraceError, type StoredEvent } from '@millrace/core';
import type { EventOutcome, EventStore } from '../ports/event-store.ts';

export type EventDetail = Readonly<{ event: StoredEvent; outcome: EventOutcome | null }>;

/** An event and what came of it. Codes: event_not_found. */
export function createGetEvent(events: EventStore) {
  return async (id: StoredEvent['id']): Promise<EventDetail> => {
    const found = await events.get(id);
    if (found !== null) return found;
    throw new MillraceError('event_not_found', `There is no event ${id}.`, {
      hint: 'List events with: millrace event list',
    });
  };
}
