import type { LiveEventType, Subscription } from '@millrace/api';
import type { EngineEvent } from '@millrace/engine';

export type TellableEvent = Exclude<EngineEvent, Readonly<{ type: 'gap' }>>;

/** Whether a subscription wants an event. A filter that the event says nothing about does not keep it out (`changed`). */
export function matches(subscription: Subscription, event: TellableEvent): boolean {
  const { workspace, workflow, run, types } = subscription;
  if (types !== undefined && !types.includes(event.type satisfies LiveEventType)) return false;
  if (event.type === 'workspace') {
    return run === undefined && workflow === undefined && (workspace === undefined || workspace === event.workspace);
  }
  if (run !== undefined && run !== event.run) return false;
  if (event.type === 'changed') return true;
  return (
    (workspace === undefined || workspace === event.workspace) &&
    (workflow === undefined || workflow === event.workflow)
  );
}
