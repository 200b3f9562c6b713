import type { Command } from '../run/command.ts';
import type { RunState } from '../run/state.ts';
import { isRunEnd } from '../run/status.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import type { Json } from '../values/json.ts';
import { nextEvent } from './random-runs.ts';
import type { RunDriver } from './run-driver.ts';

/** A state as text, so that equal states have equal texts. */
export const canonical = (state: RunState): string =>
  canonicalJson(
    JSON.parse(
      JSON.stringify(state, (_key, value: unknown) =>
        value instanceof Map
          ? [...value.entries()].sort(([a], [b]) => Number(a) - Number(b))
          : value instanceof Set
            ? [...(value as Set<number>)].sort((a, b) => a - b)
            : value,
      ),
    ) as Json,
  );

export type History = Readonly<{ command: Command | 'leased'; now: number; leases: RunDriver['store']['work'] }>;

/** Lets a random history happen to a run, with a check after each command, and then lets the run come to its end. */
export function live(run: RunDriver, choices: readonly number[], check: (run: RunDriver) => void): readonly History[] {
  const history: History[] = [];
  const step = (choice: number, gentle: boolean): boolean => {
    const event = nextEvent(run, choice, gentle);
    if (event === null) return false;
    history.push({ command: event, now: run.now, leases: new Map(run.store.work) });
    if (event !== 'leased') {
      const before = canonical(run.state);
      const rejection = run.send(event);
      if (rejection !== null && canonical(run.state) !== before) throw new Error('A rejection changed the state.');
    }
    check(run);
    run.now += 1;
    return true;
  };
  check(run);
  // What comes from outside takes time.
  run.now += 1;
  for (const choice of choices) if (!step(choice, false)) break;
  for (let left = 2_000; !isRunEnd(run.state.head.status); left--) {
    if (left === 0 || !step(0, true)) throw new Error(`The run does not end: ${run.statuses}`);
  }
  return history;
}
