// What follows from an event: those who wait for it are told, and triggers start runs.
//
//   append ─▶ undelivered ─▶ tell the waits of its topic ─▶ fire the triggers of the live revision ─▶ delivered, with its outcome
//                 └ its server dies: the event loop of any server takes it up again after a while
//
// Doing it twice is harmless: a wait that was ended by the event is another attempt's by then or none, and a trigger has one
// run for each event, by its start key. What cannot succeed later either (a template that fails, an input that is not valid)
// is part of the outcome; whatever else goes wrong leaves the event undelivered, so that it is tried again.
import { type AttemptRef, fireEventTrigger, MillraceError, type StoredEvent } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { Engine } from '../engine-types.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventOutcome } from '../ports/event-store.ts';
import type { Store } from '../ports/store.ts';
import type { RevisionTrigger } from '../ports/workspace-store.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';

/** So many waits are asked at once; each may need its run to be loaded. */
const batch = 500;

export type DeliverEventOptions = Readonly<{
  store: Pick<Store, 'events'>;
  driver: Pick<RunDriver, 'send'>;
  livePlans: Pick<LivePlans, 'revision'>;
  clock: Clock;
  startRun: Engine['startRun'];
}>;

/** One run for each event of a trigger, however often it is delivered. */
const eventStartKey = (trigger: string, event: StoredEvent['id']): string => `event:${trigger}:${event}`;

export function createDeliverEvent({ store, driver, livePlans, clock, startRun }: DeliverEventOptions) {
  return async (event: StoredEvent): Promise<void> => {
    await tellWaits(event);
    await store.events.delivered(event.id, await fireTriggers(event));
  };

  async function tellWaits(event: StoredEvent): Promise<void> {
    for (let after: AttemptRef | null = null; ; ) {
      const waits: readonly AttemptRef[] = await store.events.waiting(event, { after, limit: batch });
      await Promise.all(waits.map((wait) => tell(wait, event)));
      after = waits.at(-1) ?? null;
      if (waits.length < batch || after === null) return;
    }
  }

  async function tell({ run, ...key }: AttemptRef, event: StoredEvent): Promise<void> {
    const settled = await driver.send(run, { type: 'event_arrived', key, event });
    if (settled.kind === 'failed') throw settled.error;
  }

  async function fireTriggers(event: StoredEvent): Promise<EventOutcome> {
    const revision = await livePlans.revision(event.workspace, null);
    const runs: EventOutcome['runs'][number][] = [];
    const failures: EventOutcome['failures'][number][] = [];
    for (const trigger of revision?.triggers ?? []) {
      const fired = fireEventTrigger(trigger.definition, event, clock.now());
      if (fired === null) continue;
      if ('fault' in fired) failures.push({ trigger: trigger.name, error: fired.fault });
      else {
        const started = await start(trigger, event, fired);
        if (typeof started === 'string') runs.push({ trigger: trigger.name, run: started });
        else failures.push({ trigger: trigger.name, error: started });
      }
    }
    return { runs, failures };
  }

  async function start(
    { name, workflow }: RevisionTrigger,
    event: StoredEvent,
    { input, trigger }: Readonly<Pick<Parameters<Engine['startRun']>[0], 'input' | 'trigger'>>,
  ): Promise<Awaited<ReturnType<Engine['startRun']>>['run'] | EventOutcome['failures'][number]['error']> {
    const { workspace, id } = event;
    try {
      return (await startRun({ workspace, workflow, input, trigger, startKey: eventStartKey(name, id) })).run;
    } catch (error) {
      if (!(error instanceof MillraceError) || error.retryable || error.code === 'internal') throw error;
      const { code, message, hint } = error;
      return { code, message, ...(hint === undefined ? {} : { hint }) };
    }
  }
}
