import { eventId, eventTopic, type JsonObject, MillraceError, runId, type StoredEvent } from '@millrace/core';
import type { EventOutcome, EventStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { decodeOld, type OldRow } from '../history/old-row.ts';

const appendEvent = readStatement(import.meta.url, 'append-event');
const findEventByKey = readStatement(import.meta.url, 'find-event-by-key');
const getEvent = readStatement(import.meta.url, 'get-event');
const takeOldEvents = readStatement(import.meta.url, 'take-old-events');
const eventDelivered = readStatement(import.meta.url, 'event-delivered');
const waitingForEvent = readStatement(import.meta.url, 'waiting-for-event');
const missedEvents = readStatement(import.meta.url, 'missed-events');
const removeOldEvents = readStatement(import.meta.url, 'remove-old-events');

export type EventRow = Readonly<{
  id: string;
  workspace: string;
  type: string;
  payload: string;
  source: string;
  key: string | null;
  created_at: string;
}>;

type WaitRow = Readonly<{ run: string; step: number; iteration: number; item: number; attempt: number }>;

export function createEventStore(database: Database): EventStore {
  return {
    async append({ workspace, type, payload, source, key }) {
      const values = [workspace, type, JSON.stringify(payload), JSON.stringify(source), key];
      const [added] = await database.query<EventRow>(appendEvent, values);
      if (added !== undefined) return { event: decodeEvent(added), created: true };
      // Whoever has the key has committed: the insert waited for that.
      const [known] = await database.query<EventRow>(findEventByKey, [workspace, key]);
      if (known !== undefined) return { event: decodeEvent(known), created: false };
      throw new MillraceError('conflict', `The event ${type} could not be added.`, { hint: 'Send it again.' });
    },
    async get(id) {
      const [row] = await database.query<EventRow & Readonly<{ outcome: string | null }>>(getEvent, [id]);
      if (row === undefined) return null;
      const outcome = row.outcome === null ? null : (JSON.parse(row.outcome) as EventOutcome);
      return { event: decodeEvent(row), outcome };
    },
    async takeOld({ olderThanMs, hideMs, limit }) {
      const values = [Math.round(olderThanMs), limit, Math.round(hideMs)];
      return (await database.query<EventRow>(takeOldEvents, values)).map(decodeEvent);
    },
    async delivered(id, outcome) {
      await database.query(eventDelivered, [id, JSON.stringify(outcome)]);
    },
    async waiting({ id, workspace, type }, { after, limit }) {
      const from = after === null ? [null, null, null, null] : [after.run, after.step, after.iteration, after.item];
      const rows = await database.query<WaitRow>(waitingForEvent, [eventTopic(workspace, type), id, ...from, limit]);
      return rows.map(({ run, step, item, iteration, attempt }) => ({
        run: runId(run),
        step,
        item,
        iteration,
        attempt,
      }));
    },
    async missed({ run, step, iteration, item, attempt }, { after, limit }) {
      const values = [run, step, iteration, item, attempt, after, limit];
      return (await database.query<EventRow>(missedEvents, values)).map(decodeEvent);
    },
    async removeOld({ keepMs, after, limit }) {
      const [row] = await database.query<OldRow>(removeOldEvents, [after ?? '0', limit, Math.round(keepMs)]);
      return decodeOld(row, limit, eventId);
    },
  };
}

export const decodeEvent = (row: EventRow): StoredEvent => ({
  id: eventId(row.id),
  workspace: row.workspace,
  type: row.type,
  payload: JSON.parse(row.payload) as JsonObject,
  source: JSON.parse(row.source) as JsonObject,
  key: row.key,
  at: Number(row.created_at),
});
