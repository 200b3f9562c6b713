import { type AttemptRef, eventTopic, type StoredEvent } from '@millrace/core';
import type { EventStore } from '../ports/index.ts';
import {
  compareRunIds,
  compareSteps,
  type EventEntry,
  eventKeyOf,
  type MemoryState,
  waitSlotOf,
} from './memory-state.ts';

export function createEventStore(state: MemoryState): EventStore {
  return {
    async append(given) {
      const key = given.key === null ? null : eventKeyOf(given.workspace, given.key);
      const known = key === null ? undefined : state.eventKeys.get(key);
      if (known !== undefined) return { event: known.event, created: false };
      const now = state.now();
      const event: StoredEvent = { ...given, id: String(state.events.length + 1) as StoredEvent['id'], at: now };
      const entry: EventEntry = { event, outcome: null, visibleAt: now };
      state.events.push(entry);
      state.undelivered.add(entry);
      if (key !== null) state.eventKeys.set(key, entry);
      return { event, created: true };
    },
    async get(id) {
      const entry = find(state, id);
      return entry === undefined ? null : { event: entry.event, outcome: entry.outcome };
    },
    async takeOld({ olderThanMs, hideMs, limit }) {
      const now = state.now();
      const old = [...state.undelivered]
        .filter(({ event, visibleAt }) => event.at <= now - olderThanMs && visibleAt <= now)
        .slice(0, limit);
      for (const entry of old) entry.visibleAt = now + hideMs;
      return old.map(({ event }) => event);
    },
    async delivered(id, outcome) {
      const entry = find(state, id);
      if (entry === undefined) return;
      entry.outcome = outcome;
      state.undelivered.delete(entry);
    },
    async waiting({ id, workspace, type }, { after, limit }) {
      const waits = [...(state.eventWaits.get(eventTopic(workspace, type)) ?? [])]
        .filter(({ since }) => since < Number(id))
        .map(({ run, wait: { step, item, iteration, attempt } }) => ({ run, step, item, iteration, attempt }))
        .sort(compareRefs);
      return waits.filter((ref) => after === null || compareRefs(ref, after) > 0).slice(0, limit);
    },
    async missed(wait, { after, limit }) {
      const entry = state.runs.get(wait.run)?.waits.get(waitSlotOf({ ...wait, kind: 'event' }));
      if (entry?.topic === undefined || entry.wait.attempt !== wait.attempt) return [];
      const from = Math.max(entry.since, after === null ? 0 : Number(after));
      return state.events
        .slice(from)
        .flatMap((known) => (known === null ? [] : [known.event]))
        .filter(({ workspace, type }) => eventTopic(workspace, type) === entry.topic)
        .slice(0, limit);
    },
    async removeOld({ keepMs, after, limit }) {
      const before = state.now() - keepMs;
      const looked = state.events.flatMap((entry) =>
        entry !== null && Number(entry.event.id) > Number(after ?? 0) ? [entry] : [],
      );
      const page = looked.slice(0, limit);
      const old = page.filter(({ event }) => event.at <= before);
      const gone = old.filter((entry) => !state.undelivered.has(entry));
      for (const { event } of gone) {
        state.events[Number(event.id) - 1] = null;
        if (event.key !== null) state.eventKeys.delete(eventKeyOf(event.workspace, event.key));
      }
      const more = page.length === limit && old.length > 0;
      return { removed: gone.length, next: more ? (page.at(-1)?.event.id ?? null) : null };
    },
  };
}

const find = (state: MemoryState, id: StoredEvent['id']): EventEntry | undefined =>
  state.events[Number(id) - 1] ?? undefined;

const compareRefs = (left: AttemptRef, right: AttemptRef): number =>
  compareRunIds(left.run, right.run) || compareSteps(left, right);
