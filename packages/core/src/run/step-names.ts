import type { Json, JsonObject } from '../values/json.ts';
import type { EndedItem, EndedPhase } from './state.ts';

type Views = { names: JsonObject | null; withItems: JsonObject | null; output: Json | undefined };

/** Made once for each end of a step, beside the state, which stays plain data. */
const views = new WeakMap<EndedPhase, Views>();

/** `steps.<name>`: output, status, reason, error and, when asked for, items. */
export function stepNames(end: EndedPhase, items: boolean): JsonObject {
  const view = viewOf(end);
  const { status, reason, error } = end;
  view.names ??= { output: outputOf(end), status, reason, error: error as Json };
  if (!items || end.items === null) return view.names;
  view.withItems ??= { ...view.names, items: itemNames(end.items.ended, end.items.total) };
  return view.withItems;
}

/** A step's output as a value; that of a for-each is the list of its items' outputs. Parsed when it is first read. */
export function outputOf(end: EndedPhase): Json {
  const view = viewOf(end);
  view.output ??= end.items === null ? parseOutput(end.output) : itemOutputs(end.items.ended, end.items.total);
  return view.output;
}

/** Outputs in item order; null where an item did not succeed. */
function itemOutputs(ended: readonly (EndedItem | undefined)[], total: number): readonly Json[] {
  const list: Json[] = [];
  for (let index = 0; index < total; index++) list.push(parseOutput(ended[index]?.output ?? null));
  return list;
}

function itemNames(ended: readonly (EndedItem | undefined)[], total: number): readonly Json[] {
  const list: Json[] = [];
  for (let index = 0; index < total; index++) {
    const item = ended[index];
    const { status = 'cancelled', reason = null, error = null } = item ?? {};
    list.push({ output: parseOutput(item?.output ?? null), status, reason, error: error as Json });
  }
  return list;
}

function viewOf(end: EndedPhase): Views {
  let view = views.get(end);
  if (view === undefined) {
    view = { names: null, withItems: null, output: undefined };
    views.set(end, view);
  }
  return view;
}

const parseOutput = (text: string | null): Json => (text === null ? null : (JSON.parse(text) as Json));
