// What must hold of events: each is stored once for its key, each emit of an attempt that succeeded is stored once, and a
// wait gets an event that came after it began, and does not miss one.
import type {
  AttemptKey,
  EndedAttempt,
  EventWaitDetail,
  LoadedRun,
  PreparedPlan,
  RunId,
  StoredEvent,
} from '@millrace/core';
import { readEventWait } from '@millrace/core';
import { emitKey } from '../../src/events/emit-event.ts';
import { attemptText } from './run-checks.ts';
import { Violation } from './violation.ts';

/** How long a wait may be open that an event matches, while nothing is broken: messages hide so long after a crash. */
const mostMs = 45_000;

type OpenWait = Readonly<{ run: RunId; key: AttemptKey; detail: EventWaitDetail; when: string | null; since: number }>;

/** What waits of the simulator ask of a payload (`random-workflows.ts`). */
const holds = (when: string | null, { payload }: StoredEvent): boolean =>
  when === null || (typeof payload.n === 'number' && payload.n >= 3);

export class EventChecks {
  readonly #events = new Map<string, StoredEvent>();
  readonly #undelivered = new Set<string>();
  readonly #keys = new Map<string, string>();
  readonly #waits = new Map<string, OpenWait>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An event is in the store. */
  stored(event: StoredEvent): void {
    if (!this.#events.has(event.id)) this.#undelivered.add(event.id);
    this.#events.set(event.id, event);
    if (event.key === null) return;
    const other = this.#keys.get(event.key);
    if (other !== undefined && other !== event.id) {
      throw new Violation('event_once', `Key ${event.key} has the events ${other} and ${event.id}.`);
    }
    this.#keys.set(event.key, event.id);
  }

  /** All that follows from an event has been done. */
  delivered(id: StoredEvent['id']): void {
    this.#undelivered.delete(id);
  }

  get undelivered(): number {
    return this.#undelivered.size;
  }

  /** Somebody was told that their event is stored. */
  acknowledged(event: StoredEvent, key: string | null): void {
    if (this.#events.has(event.id) && event.key === key) return;
    throw new Violation('events_are_kept', `The acknowledged event ${event.id} with key ${key} is not in the store.`);
  }

  /** After each commit of a run: which waits it has now. */
  committed(plan: PreparedPlan, { run, waits, attempts }: LoadedRun): void {
    const open = new Set<string>();
    for (const wait of waits) {
      if (wait.kind !== 'event') continue;
      const name = `${run.id}:${attemptText(wait)}`;
      open.add(name);
      if (this.#waits.has(name)) continue;
      const body = plan.plan.steps[wait.step]?.action.body;
      const when = body?.type === 'wait' ? (body.when ?? null) : null;
      this.#waits.set(name, { run: run.id, key: wait, detail: readEventWait(wait), when, since: this.#events.size });
    }
    const ended = new Map(attempts.map((row) => [`${run.id}:${attemptText(row)}`, row]));
    for (const [name, wait] of this.#waits) {
      if (wait.run !== run.id || open.has(name)) continue;
      const row = ended.get(name);
      if (row?.status === 'succeeded') this.#checkGiven(name, wait, row);
      this.#waits.delete(name);
    }
  }

  #checkGiven(name: string, { detail, when, since }: OpenWait, { output }: EndedAttempt): void {
    const given = JSON.parse(output ?? 'null') as StoredEvent | null;
    const event = this.#events.get(given?.id ?? '');
    const right = event !== undefined && event.type === detail.type && holds(when, event);
    if (!right)
      throw new Violation('real_results', `Attempt ${name} was given ${output}, which is not what it waits for.`);
    if (Number(event.id) > since) return;
    throw new Violation(
      'events_begin',
      `Attempt ${name} began after ${since} events, and was given event ${event.id}.`,
    );
  }

  /** Open waits that no event in the store can end: somebody has to emit one. Throws when one should have ended long ago. */
  needed(healedAt: number): readonly Readonly<{ type: string; run: RunId }>[] {
    return [...this.#waits.values()]
      .filter((wait) => {
        const match = [...this.#events.values()].find(
          (event) => event.type === wait.detail.type && Number(event.id) > wait.since && holds(wait.when, event),
        );
        if (match === undefined) return true;
        if (this.#now() - Math.max(match.at, healedAt) <= mostMs) return false;
        const message = `Run ${wait.run} waits at ${attemptText(wait.key)}, though event ${match.id} matches.`;
        throw new Violation('events_are_given', message);
      })
      .map(({ detail, run }) => ({ type: detail.type, run }));
  }

  /** At the end: every emit of an attempt that succeeded is stored, and nothing else was emitted. */
  checkEmitted(runs: Iterable<LoadedRun>, plans: ReadonlyMap<string, PreparedPlan>): void {
    const expected = new Set<string>();
    for (const { run, attempts } of runs) {
      for (const { step, iteration, item, attempt, status } of attempts) {
        const body = plans.get(run.plan)?.plan.steps[step]?.action.body;
        if (body?.type !== 'emit' || status !== 'succeeded' || attempt === 0) continue;
        expected.add(emitKey(run.id, step, iteration, item, attempt));
      }
    }
    for (const key of expected) {
      if (!this.#keys.has(key)) throw new Violation('emits_are_kept', `The event ${key} was never stored.`);
    }
    for (const key of this.#keys.keys()) {
      if (!key.startsWith('millrace:') || expected.has(key)) continue;
      throw new Violation('emits_are_real', `The event ${key} is of no attempt that succeeded.`);
    }
  }

  /** At the end: a trigger has one run for each event of its type. */
  checkTriggered(runs: Iterable<LoadedRun>, triggers: Readonly<Record<string, string>>): void {
    const found = new Map<string, number>();
    for (const { run } of runs) {
      const { type, name, event } = run.trigger;
      // A re-run has the trigger of its run before; no event started it.
      if (type !== 'event' || run.rerunOf !== null) continue;
      found.set(`${name} ${event}`, (found.get(`${name} ${event}`) ?? 0) + 1);
    }
    for (const [name, type] of Object.entries(triggers)) {
      for (const event of this.#events.values()) {
        const count = found.get(`${name} ${event.id}`) ?? 0;
        if (count === (event.type === type ? 1 : 0)) continue;
        throw new Violation(
          'triggers_fire_once',
          `Trigger ${name} has ${count} runs for event ${event.id} ${event.type}.`,
        );
      }
    }
  }
}
