import { setTimeout } from 'node:timers/promises';
import { isEventType, type JsonObject, MillraceError } from '@millrace/core';
import type { Engine } from '@millrace/engine';

export type GivenEvent = Readonly<{ type: string; payload: JsonObject }>;

/** How often it is looked whether an event was delivered: within milliseconds, as nothing leaves this process. */
const lookMs = 5;

/** Reads `order.paid={"order": 7}`, or `order.paid` alone. Throws `invalid_request`. */
export function readEvent(text: string): GivenEvent {
  const at = text.indexOf('=');
  const type = at < 0 ? text : text.slice(0, at);
  if (!isEventType(type)) throw wrongEvent(text, `${JSON.stringify(type)} is no type of an event.`);
  if (at < 0) return { type, payload: {} };
  try {
    const payload: unknown = JSON.parse(text.slice(at + 1));
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
      return { type, payload: payload as JsonObject };
    }
  } catch (cause) {
    throw wrongEvent(text, `Its payload is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  throw wrongEvent(text, 'Its payload is no JSON object.');
}

const wrongEvent = (text: string, what: string): MillraceError =>
  new MillraceError('invalid_request', `--event ${text}: ${what}`, {
    hint: `For example: --event order.paid='{"order": 7}'`,
  });

/**
 * Gives each event when a step first waits for its type: a wait does not see what came before it. Those of one type come in
 * the order in which they were written, each when the one before has been dealt with and a step waits (again).
 */
export function giveEvents(
  engine: Pick<Engine, 'emitEvent' | 'getEvent' | 'store'>,
  workspace: string,
  events: readonly GivenEvent[],
): Readonly<{ look(): void; failed: Promise<unknown> }> {
  const failed = Promise.withResolvers<unknown>();
  let left = [...events];
  let looking = false;
  let again = false;

  async function lookNow(): Promise<void> {
    looking = true;
    do {
      again = false;
      for (const event of firstOfEachType(left)) {
        if (!(await isAwaited(event.type))) continue;
        left = left.filter((other) => other !== event);
        const emitted = await engine.emitEvent({ workspace, ...event, source: { type: 'cli' } });
        await delivered(emitted.event.id);
        // It may not have matched: then the next one of its type has its turn.
        again = true;
      }
    } while (again && left.length > 0);
    looking = false;
  }

  async function delivered(id: Parameters<Engine['getEvent']>[0]): Promise<void> {
    while ((await engine.getEvent(id)).outcome === null) await setTimeout(lookMs);
  }

  async function isAwaited(type: string): Promise<boolean> {
    const event = { id: afterAll, workspace, type };
    return (await engine.store.events.waiting(event, { after: null, limit: 1 })).length > 0;
  }

  return {
    look() {
      if (left.length === 0) return;
      if (looking) again = true;
      else lookNow().catch(failed.resolve);
    },
    failed: failed.promise,
  };
}

/** Sees every wait there is. */
const afterAll = '9007199254740991' as Parameters<Engine['getEvent']>[0];

function firstOfEachType(events: readonly GivenEvent[]): readonly GivenEvent[] {
  const types = new Set<string>();
  return events.filter(({ type }) => !types.has(type) && types.add(type));
}
