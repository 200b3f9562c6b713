import { isStepEnd, type RunId } from '@millrace/core';
import type { EngineEvent } from '../realtime/event-bus.ts';

type Moment = { began: number | null; ended: number | null };

/** Counts the events of a rehearsal, so that what came before what is known although virtual time may stand still. */
export class StepEvents {
  readonly #moments = new Map<string, Moment>();
  #count = 0;

  hear(event: EngineEvent): void {
    if (event.type !== 'step') return;
    const key = keyOf(event.run, event.step, event.item);
    const moment = this.#moments.get(key) ?? { began: null, ended: null };
    this.#count += 1;
    const over = isStepEnd(event.status);
    // Attempt 0 is the end of what was never executed; a for-each over nothing ends well at once, and so has run.
    if (event.attempt > 0 || !over || event.status === 'succeeded') moment.began ??= this.#count;
    moment.ended = over ? this.#count : null;
    this.#moments.set(key, moment);
  }

  of(run: RunId, step: string, item: number): Readonly<Moment> {
    return this.#moments.get(keyOf(run, step, item)) ?? { began: null, ended: null };
  }
}

const keyOf = (run: RunId, step: string, item: number): string => `${run}/${step}/${item}`;
