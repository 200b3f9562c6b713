import type { AttemptKey, OutboxMessage, RunOrigin, StoredEvent } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { OutboxKey } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import { emitKey } from './emit-event.ts';

const batch = 200;

export type EventMessageOptions = Readonly<{
  store: Pick<Store, 'events' | 'outbox'>;
  driver: Pick<RunDriver, 'send'>;
  deliver(event: StoredEvent): void;
}>;

type Emit = Extract<OutboxMessage, { kind: 'emit' }>;

/** What messages of runs ask of the events. Doing it twice is harmless: keys of events, and attempts of waits. */
export function createEventMessages({ store, driver, deliver }: EventMessageOptions) {
  return { emit, giveMissed };

  /** An `emit` step has ended: its event is stored, once for its attempt. */
  async function emit(key: OutboxKey, { from, type, payload }: Emit, run: RunOrigin): Promise<void> {
    const { step, iteration, item, attempt } = from;
    const source = { type: 'run', run: run.id, workflow: run.workflow, chain: chainAfter(run) };
    const event = {
      workspace: run.workspace,
      type,
      payload,
      source,
      key: emitKey(run.id, step, iteration, item, attempt),
    };
    const appended = await store.events.append(event);
    if (appended.created) deliver(appended.event);
    await store.outbox.remove([key]);
  }

  /** A step has begun to wait: it is told of the events that came while its wait was being stored (event-wait.ts in core). */
  async function giveMissed(key: OutboxKey, from: AttemptKey, run: RunOrigin): Promise<void> {
    const wait = { run: run.id, ...from };
    for (let after: StoredEvent['id'] | null = null; ; ) {
      const events: readonly StoredEvent[] = await store.events.missed(wait, { after, limit: batch });
      for (const event of events) {
        const settled = await driver.send(run.id, { type: 'event_arrived', key: from, event });
        if (settled.kind === 'failed') throw settled.error;
      }
      after = events.at(-1)?.id ?? null;
      if (events.length < batch || after === null) break;
    }
    await store.outbox.remove([key]);
  }
}

/** A run that an event started, and those that it calls, hand on how many events led to them. */
function chainAfter({ trigger }: RunOrigin): number {
  return typeof trigger.chain === 'number' ? trigger.chain + 1 : 1;
}
