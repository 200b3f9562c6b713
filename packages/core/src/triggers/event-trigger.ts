import { truthy } from '@millrace/expression';
import type { EventTrigger, TriggerDefinition } from '../definitions/trigger.ts';
import { chainOf, eventNames, maxEventChain, type StoredEvent } from '../events/event.ts';
import { FaultError } from '../plan/expression-fault.ts';
import { prepareCondition, prepareValue } from '../plan/prepared-value.ts';
import type { Fault } from '../run/fault.ts';
import type { Instant } from '../run/records.ts';
import type { JsonObject } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';
import { uuidFrom } from '../values/uuid-from.ts';

/** The run that a trigger starts for an event. */
export type FiredTrigger = Readonly<{ input: JsonObject; trigger: JsonObject }>;

/**
 * Whether a trigger of a revision fires for an event, and the run that it starts then. null: it does not, because it is of
 * another type, disabled, or its `when` does not hold. A fault: it would, but `when` or `input` cannot be evaluated, or the
 * event stands at the end of a chain of events that lead to one another.
 */
export function fireEventTrigger(
  definition: JsonObject,
  event: StoredEvent,
  now: Instant,
): FiredTrigger | Readonly<{ fault: Fault }> | null {
  const trigger = definition as unknown as TriggerDefinition;
  if (trigger.type !== 'event' || !trigger.enabled || trigger.event !== event.type) return null;
  try {
    const input = inputFor(trigger, event, now);
    if (input === null) return null;
    const chain = chainOf(event);
    if (chain > maxEventChain) return { fault: endless(chain) };
    const { account } = event.source;
    const by = typeof account === 'string' ? { account } : {};
    return { input, trigger: { ...by, type: 'event', name: trigger.name, event: event.id, chain } };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { fault: error.fault };
  }
}

/** null: `when` does not hold. */
function inputFor(
  { name, when, input }: TriggerDefinition & EventTrigger,
  event: StoredEvent,
  now: Instant,
): JsonObject | null {
  const root = pointerTo('/triggers', name);
  let given = 0;
  // Whoever delivers the event again gives the same ones.
  const uuid = () => {
    given += 1;
    return uuidFrom(`${root}/${event.id}/${given}`);
  };
  const scope = { names: { event: eventNames(event) }, now, uuid };
  if (when !== undefined && !truthy(prepareCondition(when, `${root}/when`, {}).evaluate(scope))) return null;
  return prepareValue(input, `${root}/input`, {}).evaluate(scope) as JsonObject;
}

function endless(chain: number): Fault {
  return {
    code: 'event_chain_limit',
    message: `${chain} events have led to one another; at most ${maxEventChain} may.`,
    hint: 'Look for a workflow that is started by an event and emits one that starts it again.',
    retryable: false,
  };
}
