import type { TriggerDefinition } from '../definitions/trigger.ts';
import { FaultError } from '../plan/expression-fault.ts';
import { prepareValue } from '../plan/prepared-value.ts';
import type { Fault } from '../run/fault.ts';
import type { Instant } from '../run/records.ts';
import type { JsonObject } from '../values/json.ts';
import { pointerTo } from '../values/json-pointer.ts';
import { uuidFrom } from '../values/uuid-from.ts';

export type RenderedInput = Readonly<{ input: JsonObject } | { fault: Fault }>;

/** The input that a trigger gives to a run: its templates see `names` and nothing else. */
export function renderTriggerInput(
  trigger: Pick<TriggerDefinition, 'name' | 'input'>,
  names: JsonObject,
  now: Instant,
): RenderedInput {
  const pointer = pointerTo(pointerTo(pointerTo('', 'triggers'), trigger.name), 'input');
  let given = 0;
  const uuid = () => {
    given += 1;
    return uuidFrom(`${pointer}/${now}/${JSON.stringify(names)}/${given}`);
  };
  try {
    return { input: prepareValue(trigger.input, pointer, {}).evaluate({ names, now, uuid }) as JsonObject };
  } catch (error) {
    if (error instanceof FaultError) return { fault: error.fault };
    throw error;
  }
}
