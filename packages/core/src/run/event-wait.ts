// Waiting for an event, without a worker.
//
//   launch ─▶ wait row (with the topic: workspace and type) + message `await_event`, in one commit
//      event arrives ─▶ those waits of its topic that are older than it are asked: `event_arrived`
//      message       ─▶ events of the topic that are younger than the wait are asked as well
//   a match ends the attempt with the event as its output; anything else leaves the wait; time over: timed_out
//
// No event is lost between setting the wait and the event's arrival. The store gives every event a number and every wait the
// number of the newest event at the moment when the wait was set (`since`); a wait sees just the events with greater
// numbers. Now one of the two commits is visible to the other's search: the event's search for waits happens after the
// event's commit, the message's search for events after the wait's commit, and of two commits one is not earlier than the
// other. Both searches are repeated until they are known to be done (the event is marked as delivered, the message leaves the
// outbox), so a server that dies in between loses nothing; and both may find the same pair, which the attempt's key makes
// harmless: the second `event_arrived` is stale.
import type { WaitBody } from '../definitions/action.ts';
import { eventTypeRule, isEventType } from '../events/event.ts';
import type { Json } from '../values/json.ts';
import type { Fault } from './fault.ts';
import type { EngineWaitDocument, Instant, Wait } from './records.ts';

/** What the wait for an event keeps. */
export type EventWaitDetail = Readonly<{
  type: string;
  topic: string;
  /** The first event whose `when` could not be evaluated: it did not match, and somebody should know. */
  fault: Readonly<{ event: string; message: string }> | null;
}>;

/** What a store finds the waits for an event by. Types hold no spaces, so no two topics have one text. */
export const eventTopic = (workspace: string, type: string): string => `${workspace} ${type}`;

/** The topic of a wait for an event; null: it is no such wait. For stores, which index it. */
export function topicOf({ kind, document }: Pick<Wait, 'kind' | 'document'>): string | null {
  return kind === 'event' ? readEventWait({ document }).topic : null;
}

export function readEventWait({ document }: Pick<Wait, 'document'>): EventWaitDetail {
  return (JSON.parse(document ?? 'null') as EngineWaitDocument).detail as unknown as EventWaitDetail;
}

/** A wait that begins, or what is wrong with its type. */
export function newEventWait(
  workspace: string,
  type: Json,
  { timeoutMs }: WaitBody,
  now: Instant,
): Readonly<{ detail: EventWaitDetail; dueAt: Instant | null }> | Fault {
  if (typeof type !== 'string' || !isEventType(type)) return wrongEventType('event', type);
  const detail = { type, topic: eventTopic(workspace, type), fault: null };
  return { detail, dueAt: timeoutMs === undefined ? null : now + timeoutMs };
}

export function wrongEventType(key: string, value: Json): Fault {
  const text = JSON.stringify(value);
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return {
    code: 'invalid_event_type',
    message: `\`${key}\` expects the type of an event (${eventTypeRule}); it is ${shown}.`,
    retryable: false,
  };
}
