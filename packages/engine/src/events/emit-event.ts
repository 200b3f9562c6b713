import {
  eventTypeRule,
  isEventType,
  type JsonObject,
  MillraceError,
  maxPayloadLength,
  type StoredEvent,
} from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';

export type EmitEventRequest = Readonly<{
  workspace: string;
  type: string;
  payload: JsonObject;
  /** Where it comes from: `{ type: 'api' | 'cli' | …, … }`. */
  source: JsonObject;
  /** Idempotency: a second event with the same key in the workspace gives the first one. */
  key?: string;
}>;

export type EmitEventOptions = Readonly<{
  store: Pick<Store, 'events' | 'workspaces'>;
  livePlans: Pick<LivePlans, 'revision'>;
  /** Delivers it, or leaves it to the event loop. Does not throw. */
  deliver(event: StoredEvent): void;
}>;

/** Keys of what the engine itself emits begin with it. */
const ownKeys = 'millrace:';

/** Adds an event and delivers it. Resolves when it is durable. Codes: invalid_request, too_large, workspace_not_found. */
export function createEmitEvent({ store, livePlans, deliver }: EmitEventOptions) {
  return async (request: EmitEventRequest): Promise<Readonly<{ event: StoredEvent; created: boolean }>> => {
    const { workspace, type, payload, source, key = null } = request;
    if (!isEventType(type)) {
      throw new MillraceError('invalid_request', `${JSON.stringify(type)} is no type of an event.`, {
        hint: `A type has ${eventTypeRule}.`,
      });
    }
    if (key?.startsWith(ownKeys) === true) {
      throw new MillraceError('invalid_request', `Keys that begin with ${ownKeys} belong to the engine.`, {
        hint: 'Take another key.',
      });
    }
    const { length } = JSON.stringify(payload);
    if (length > maxPayloadLength) {
      const message = `The payload has ${length} characters of JSON; at most ${maxPayloadLength} are allowed.`;
      throw new MillraceError('too_large', message, {
        hint: 'Put large data into a file or object store, and its address into the event.',
      });
    }
    await requireWorkspace(workspace);
    const appended = await store.events.append({ workspace, type, payload, source, key });
    if (appended.created) deliver(appended.event);
    return appended;
  };

  async function requireWorkspace(workspace: string): Promise<void> {
    if ((await livePlans.revision(workspace, null)) !== null) return;
    if ((await store.workspaces.get(workspace)) !== null) return;
    const names = (await store.workspaces.list()).map(({ name }) => name);
    throw new MillraceError('workspace_not_found', `There is no workspace ${workspace}.`, {
      hint: names.length === 0 ? 'No workspace was loaded yet.' : `There are: ${names.slice(0, 20).join(', ')}.`,
    });
  }
}

/** The key of what an attempt of an `emit` step emits: once for each attempt, however often its message is delivered. */
export const emitKey = (run: string, step: number, iteration: number, item: number, attempt: number): string =>
  `${ownKeys}emit:${run}:${step}:${iteration}:${item}:${attempt}`;
