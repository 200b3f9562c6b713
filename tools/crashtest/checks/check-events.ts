import { EventChecks } from '../../../packages/engine/testkit/simulator/event-checks.ts';
import { triggerTypes } from '../workflows.ts';
import { awaitingWorkflow } from '../workload.ts';
import { type Histories, stepName, type Violate } from './histories.ts';
import { told } from './told.ts';

type Given = Readonly<{ id?: string; payload?: Readonly<{ run?: string }> }>;

/**
 * Each acknowledged event is stored, once and as it was sent; so is what each `emit` step said, and nothing else. A trigger has
 * one run for each event of its type, and what waited was given an event that was meant for it.
 */
export function checkEvents({ runs, plans, events, emitted }: Histories, violate: Violate): void {
  const checks = new EventChecks(() => 0);
  for (const event of events) told(violate, () => checks.stored(event));
  told(violate, () => checks.checkEmitted(runs.values(), plans));
  told(violate, () => checks.checkTriggered(runs.values(), triggerTypes));
  const byId = new Map(events.map((event) => [String(event.id), event]));
  for (const { key, id, type, n } of emitted) {
    const found = byId.get(id);
    if (found?.key === key && found.type === type && found.payload.n === n) continue;
    violate(`The event ${id} was acknowledged as ${type} ${key} with ${n}; stored is ${JSON.stringify(found)}.`);
  }
  const known = new Set(emitted.map(({ key }) => key));
  for (const { id, key } of events) {
    if (key === null || (!key.startsWith('millrace:') && !known.has(key)))
      violate(`Nobody sent the event ${id} (${key}).`);
  }
  for (const { run, attempts } of runs.filter((loaded) => loaded.run.workflow === awaitingWorkflow)) {
    for (const { step, output } of attempts) {
      if (stepName(plans, run, step) !== 'told' || output === null) continue;
      const given = JSON.parse(output) as Given;
      if (byId.has(given.id ?? '') && given.payload?.run === String(run.id)) continue;
      violate(`Run ${run.id} was told ${output}, which was not for it.`);
    }
  }
}
