import type { Scope } from '@millrace/expression';
import type { Demand, HeldAbove, Holder } from '../limits/demand.ts';
import { demandText } from '../limits/demand.ts';
import { FaultError } from '../plan/expression-fault.ts';
import type { PreparedDemand } from '../plan/prepared-limits.ts';
import type { Needs } from '../plan/prepared-value.ts';
import type { Json } from '../values/json.ts';
import { runKey } from './deciding.ts';
import type { RunState } from './state.ts';
import { shown } from './wait-end.ts';

/** Keys are shown, sorted and stood in indexes, so they are short. */
const maxKeyLength = 200;

/**
 * The demands with their keys rendered. A concurrency key that the run, or what it is a child of, holds already is not
 * asked for a second time: the run has it for everything that it does, and would wait for itself otherwise. Of one limit
 * that is named twice, the lower number counts. Throws a `FaultError`.
 */
export function renderDemands(
  state: RunState,
  prepared: readonly PreparedDemand[],
  scopeOf: (needs: Needs) => Scope,
): readonly Demand[] {
  const held = heldKeys(state);
  const demands = new Map<string, Demand>();
  for (const { demand, key } of prepared) {
    const text = keyText(demand, key.evaluate(scopeOf(key.needs)));
    if (demand.kind === 'concurrency' && held.has(text)) continue;
    const rendered = { ...demand, key: text };
    const known = demands.get(demandText(rendered));
    if (known === undefined || rendered.limit < known.limit) demands.set(demandText(rendered), rendered);
  }
  return [...demands.values()];
}

function keyText({ kind }: Demand, value: Json): string {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  const fits = text !== '' && text.length <= maxKeyLength;
  if (fits && !/\p{Cc}/u.test(text)) return text;
  const what = kind === 'rate' ? 'rate_limit.key' : 'concurrency.key';
  const got = text === '' || fits ? shown(value) : `a text of ${text.length} characters`;
  throw new FaultError({
    code: 'invalid_key',
    message: `\`${what}\` expects one line of 1 to ${maxKeyLength} characters, or a number; it is ${got}.`,
    hint: 'Make the key of what is limited: a name of an environment, a customer, a machine.',
    retryable: false,
  });
}

function heldKeys({ origin, holds }: RunState): ReadonlySet<string> {
  return new Set([...(origin.holds ?? []).flatMap(({ keys }) => keys), ...holds]);
}

/** What is held above a step of the run, or (`itself` false) above the run: it is not let go before that has ended. */
export function heldAbove({ origin, holds }: RunState, itself: boolean): readonly HeldAbove[] {
  const above = origin.holds ?? [];
  return itself && holds.length > 0 ? [...above, { run: origin.id, ...runKey, keys: holds }] : above;
}

export const holdersOf = (above: readonly HeldAbove[]): readonly Holder[] =>
  above.map(({ run, step, item, iteration }) => ({ run, step, item, iteration }));

/** The keys that whoever makes these demands will hold until its end. */
export const keysHeldBy = (demands: readonly Demand[]): readonly string[] =>
  demands.flatMap((demand) => (demand.kind === 'concurrency' ? [demand.key] : []));
