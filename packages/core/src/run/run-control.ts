import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { type Deciding, setHead } from './deciding.ts';
import type { JoinControl, LocalControl, RunControl } from './records.ts';
import type { JoinRound, LocalRun, RunState } from './state.ts';

/** Writes what changed of `RunControl` into the run's head. */
export function saveControl(decision: Deciding): void {
  if (!decision.controlChanged) return;
  decision.controlChanged = false;
  const control = controlOf(decision.plan, decision.state);
  const text = Object.keys(control).length === 0 ? null : JSON.stringify(control);
  if (text !== decision.state.head.control) setHead(decision, { control: text });
}

function controlOf(plan: PreparedPlan, state: RunState): RunControl {
  const { cancel, paused, pauses, hooks, vars, holds, failure, rounds, local } = state;
  const settled = plan.transitions.awaited.filter((step) => state.steps[step]?.settled === true);
  // In the order of steps: two states that are alike have the same text.
  const joins = [...rounds].sort(([a], [b]) => a - b).map(([step, round]) => [step, writeRound(round)] as const);
  return {
    ...(cancel === null ? {} : { cancel }),
    ...(paused === null ? {} : { paused }),
    ...(pauses === null ? {} : { pauses }),
    ...(hooks.length === 0 ? {} : { hooks }),
    ...(vars === plan.plan.vars ? {} : { vars }),
    ...(holds.length === 0 ? {} : { holds }),
    ...(failure === null || !plan.transitions.any ? {} : { failure }),
    ...(local === null || (local.applied === 0 && local.first === 0 && local.stop === null)
      ? {}
      : { local: writeLocal(local) }),
    ...(joins.length === 0 ? {} : { joins: Object.fromEntries(joins) }),
    ...(settled.length === 0 ? {} : { settled }),
  };
}

function writeLocal({ applied, first, stop }: LocalRun): LocalControl {
  return { applied, first, ...(stop === null ? {} : { stop }) };
}

function writeRound({ arrived, begun, surplus }: JoinRound): JoinControl {
  return {
    arrived: writeSet(arrived),
    ...(begun ? { begun } : {}),
    ...(surplus.size === 0 ? {} : { surplus: Object.fromEntries([...surplus].sort(([a], [b]) => a - b)) }),
  };
}

export function readRounds(control: RunControl): Map<number, JoinRound> {
  const rounds = new Map<number, JoinRound>();
  for (const [step, { arrived, begun = false, surplus = {} }] of Object.entries(control.joins ?? {})) {
    const counts = Object.entries(surplus).map(([edge, count]) => [Number(edge), count] as const);
    rounds.set(Number(step), { arrived: readSet(arrived), begun, surplus: new Map(counts) });
  }
  return rounds;
}

function writeSet(numbers: ReadonlySet<number>): string {
  const digits: number[] = [];
  for (const number of numbers) {
    const place = number >> 2;
    while (digits.length <= place) digits.push(0);
    digits[place] = (digits[place] ?? 0) | (1 << (number & 3));
  }
  return digits.map((digit) => digit.toString(16)).join('');
}

function readSet(text: string): Set<number> {
  const numbers = new Set<number>();
  for (let place = 0; place < text.length; place++) {
    const digit = Number.parseInt(text.charAt(place), 16);
    for (let bit = 0; bit < 4; bit++) if ((digit & (1 << bit)) !== 0) numbers.add(place * 4 + bit);
  }
  return numbers;
}
