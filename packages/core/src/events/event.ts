import type { Instant } from '../run/records.ts';
import type { EventId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';

/** An immutable fact that arrived in a workspace. */
export type StoredEvent = Readonly<{
  /** Grows with each event of the whole store. */
  id: EventId;
  workspace: string;
  type: string;
  payload: JsonObject;
  /** Where it comes from: `{ "type": "api" | "cli" | "run", … }`. */
  source: JsonObject;
  /** One event for each key in a workspace; null: it has none. */
  key: string | null;
  at: Instant;
}>;

/** The most that the payload of an event may have, in characters of JSON. */
export const maxPayloadLength = 262_144;

const typePattern = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,199}$/u;

/** `order.paid`, `git/tag_pushed`: letters, digits and `_ . : / -`, at most 200. */
export const isEventType = (text: string): boolean => typePattern.test(text);

export const eventTypeRule = 'letters, digits and `_ . : / -`, at most 200 of them, such as `order.paid`';

/** An event as expressions and outputs have it: the name `event`. */
export function eventNames({ id, workspace, type, payload, source, key, at }: StoredEvent): JsonObject {
  return { id, workspace, type, payload, source, key, at: new Date(at).toISOString() };
}

/** How many events may have led to one another (an event starts a run that emits an event, …). */
export const maxEventChain = 100;

/** How many events led to this one: of one that a run emitted, those that led to the run, and it. */
export const chainOf = ({ source }: Pick<StoredEvent, 'source'>): number =>
  typeof source.chain === 'number' ? source.chain : 1;
