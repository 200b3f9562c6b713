import type { Report } from '../diagnostics/diagnostic.ts';
import { checkEventType } from './check-bodies.ts';
import { checkSchedule } from './check-schedule.ts';
import { checkWebhook } from './check-webhook.ts';
import type { LoadedTrigger } from './loaded.ts';

/** Checks what triggers say beyond their grammar. */
export function checkTriggers(triggers: Iterable<LoadedTrigger>, report: Report): void {
  for (const { name, node, definition } of triggers) {
    if (definition?.type === 'schedule') checkSchedule(definition, { name, node }, report);
    if (definition?.type === 'event') checkEventType(definition.event, node, ['event'], `Trigger \`${name}\``, report);
    if (definition?.type === 'webhook') checkWebhook(definition, { name, node }, report);
  }
}
