import type { AttemptRef, Fault, RunId, StoredEvent } from '@millrace/core';
import type { OldOutcome, OldRequest } from './history-store.ts';

export type NewEvent = Omit<StoredEvent, 'id' | 'at'>;

/** What came of an event: the runs that its triggers started, and those that they could not. */
export type EventOutcome = Readonly<{
  runs: readonly Readonly<{ trigger: string; run: RunId }>[];
  failures: readonly Readonly<{ trigger: string; error: Fault }>[];
}>;

/**
 * Events: append-only facts. Each has a number that is greater than those of all events whose append had answered before it
 * was asked for. A wait for an event (its topic stands in its document, see `topicOf`) keeps the greatest number there was
 * when its commit set it; it sees the events with greater ones.
 */
export type EventStore = Readonly<{
  /** Adds an event, unless its key is taken in its workspace: then that one is given. It is undelivered at first. */
  append(event: NewEvent): Promise<Readonly<{ event: StoredEvent; created: boolean }>>;
  /** null: there is no such event. `outcome` is null until it was delivered. */
  get(id: StoredEvent['id']): Promise<Readonly<{ event: StoredEvent; outcome: EventOutcome | null }> | null>;
  /** Undelivered events older than `olderThanMs`, oldest first, hidden from other takers for `hideMs`. */
  takeOld(request: Readonly<{ olderThanMs: number; hideMs: number; limit: number }>): Promise<readonly StoredEvent[]>;
  /** All that follows from the event has been done. */
  delivered(id: StoredEvent['id'], outcome: EventOutcome): Promise<void>;
  /** Open waits for events of this topic that see this event, in the order of their keys, from after `after`. */
  waiting(
    event: Pick<StoredEvent, 'id' | 'workspace' | 'type'>,
    page: Readonly<{ after: AttemptRef | null; limit: number }>,
  ): Promise<readonly AttemptRef[]>;
  /** Events that an open wait sees, in their order, from after `after`. None when there is no such wait any more. */
  missed(
    wait: AttemptRef,
    page: Readonly<{ after: StoredEvent['id'] | null; limit: number }>,
  ): Promise<readonly StoredEvent[]>;
  /** Looks at the next events and removes those that are older than `keepMs` and delivered. Their keys are free then. */
  removeOld(request: OldRequest<StoredEvent['id']>): Promise<OldOutcome<StoredEvent['id']>>;
}>;
