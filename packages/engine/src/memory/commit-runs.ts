import {
  type EndedAttempt,
  type Holder,
  type Instant,
  isRunEnd,
  type LimitKey,
  type RunHead,
  type RunId,
  topicOf,
  type Wait,
  type Work,
} from '@millrace/core';
import type { CommitOutcome, RunCommit } from '../ports/index.ts';
import { putInCache } from './cache-store.ts';
import {
  addTo,
  attemptSlotOf,
  compareRunIds,
  isLive,
  leaseWork,
  type MemoryState,
  messageKeyOf,
  queueWork,
  type RunEntry,
  releaseWork,
  removeFrom,
  removeWait,
  slotOf,
  startKeyOf,
  type WaitEntry,
  waitSlotOf,
} from './memory-state.ts';
import { limitText } from './slot-table.ts';

const newHead: RunHead = { status: 'queued', startedAt: null, endedAt: null, control: null, output: null, error: null };

/**
 * Commits each run whose version is the expected one. Rows are applied in one order, whatever the decision's: what is done
 * goes first, then comes what is new, then cancellations, so that a retry may end one attempt and queue the next.
 */
export function commitRuns(state: MemoryState, batch: readonly RunCommit[], hint: string | null): CommitOutcome {
  const now = state.now();
  checkBatch(batch);
  for (const commit of batch) checkRows(state.runs.get(commit.id), commit);
  const committed = new Set<RunId>();
  const freed = new Map<string, LimitKey>();
  // The lower id wins where two runs of a batch have the same start key.
  for (const commit of batch.toSorted((left, right) => compareRunIds(left.id, right.id))) {
    const run = commit.create === null ? matchRun(state, commit) : createRun(state, commit, commit.create, now);
    if (run === null) continue;
    applyChanges(state, run, commit, now, freed);
    applySlots(state, commit, freed);
    committed.add(commit.id);
  }
  if (hint !== null) tellListeners(state, hint);
  return { committed, now, freed: freed.size === 0 ? nothing : [...freed.values()] };
}

const nothing: CommitOutcome['freed'] = [];

function checkBatch(batch: readonly RunCommit[]): void {
  const seen = new Set<RunId>();
  for (const { id, create, expectedVersion } of batch) {
    if (seen.has(id)) throw new Error(`Run ${id} occurs twice in one commit; fold its changes into one.`);
    if ((create === null) !== expectedVersion > 0) {
      throw new Error(`Run ${id}: origin and input are to be given exactly when the expected version is 0.`);
    }
    seen.add(id);
  }
}

/** An attempt that ended stays as it is, and a step run has one attempt at a time: anything else is a bug of the caller. */
function checkRows(run: RunEntry | undefined, { id, expectedVersion, changes }: RunCommit): void {
  if (run === undefined ? expectedVersion > 0 : run.version !== expectedVersion) return;
  const ended = new Set<string>();
  for (const attempt of changes.attempts) {
    const key = attemptSlotOf(attempt);
    if (run?.attempts.has(key) || ended.has(key)) throw new Error(`Run ${id}: attempt ${key} has ended already.`);
    ended.add(key);
  }
  const done = new Set(changes.workDone.map(attemptSlotOf));
  const inserted = new Set<string>();
  for (const work of changes.work) {
    const slot = slotOf(work);
    const current = run?.work.get(slot);
    const remains = current !== undefined && !done.has(attemptSlotOf(current));
    if (remains || inserted.has(slot)) throw new Error(`Run ${id}: step run ${slot} has work already.`);
    inserted.add(slot);
  }
}

function matchRun(state: MemoryState, commit: RunCommit): RunEntry | null {
  const run = state.runs.get(commit.id);
  return run !== undefined && run.version === commit.expectedVersion ? run : null;
}

function createRun(
  state: MemoryState,
  commit: RunCommit,
  { origin, input }: NonNullable<RunCommit['create']>,
  now: Instant,
): RunEntry | null {
  const startKey = origin.startKey === null ? null : startKeyOf(origin.workspace, origin.startKey);
  if (state.runs.has(commit.id) || (startKey !== null && state.startKeys.has(startKey))) return null;
  const run: RunEntry = {
    origin,
    input,
    createdAt: now,
    head: newHead,
    version: 0,
    attempts: new Map(),
    work: new Map(),
    waits: new Map(),
  };
  state.runs.set(commit.id, run);
  insertInOrder(state.runOrder, commit.id);
  if (startKey !== null) state.startKeys.set(startKey, commit.id);
  if (origin.parent !== null) addTo(state.liveChildren, origin.parent.run, commit.id);
  return run;
}

function applyChanges(
  state: MemoryState,
  run: RunEntry,
  { id, changes, delivered }: RunCommit,
  now: Instant,
  freed: Map<string, LimitKey>,
): void {
  run.version++;
  if (changes.head !== null) applyHead(state, run, changes.head);
  for (const attempt of changes.attempts) insertAttempt(run, attempt);
  for (const key of changes.workDone) {
    const entry = run.work.get(slotOf(key));
    if (entry === undefined || entry.attempt !== key.attempt) continue;
    releaseWork(state, entry);
    entry.alive = false;
    run.work.delete(slotOf(key));
  }
  for (const work of changes.work) insertWork(state, run, work, now);
  for (const held of changes.workHeld) holdWork(state, run, held, freed);
  for (const key of changes.workCancelled) {
    const entry = run.work.get(slotOf(key));
    if (entry === undefined || entry.attempt !== key.attempt || entry.cancel) continue;
    entry.cancel = true;
    if (entry.worker !== null) addTo(state.cancelled, entry.worker, entry);
  }
  for (const key of changes.waitsDone) removeWait(state, run, waitSlotOf(key));
  for (const wait of changes.waits) insertWait(state, run, wait);
  changes.outbox.forEach((message, ordinal) => {
    const key = { run: id, version: run.version, ordinal };
    state.outbox.set(messageKeyOf(key), { key, message, createdAt: now, visibleAt: now });
  });
  for (const key of delivered) state.outbox.delete(messageKeyOf(key));
  for (const cached of changes.cached) putInCache(state, id, cached, now);
}

function applySlots(state: MemoryState, { id, changes }: RunCommit, freed: Map<string, LimitKey>): void {
  if (changes.slots === null) return;
  for (const holder of changes.slots.released) releaseSlots(state, { ...holder, run: id }, freed);
  for (const taken of changes.slots.taken) state.slots.take({ ...taken, run: id });
  for (const request of changes.slots.requests) state.slots.ask(id, request);
}

function releaseSlots(state: MemoryState, holder: Holder, freed: Map<string, LimitKey>): void {
  for (const key of state.slots.release(holder)) freed.set(limitText(key), key);
}

function applyHead(state: MemoryState, run: RunEntry, head: RunHead): void {
  run.head = head;
  const { id, parent } = run.origin;
  if (parent === null) return;
  if (isRunEnd(head.status)) removeFrom(state.liveChildren, parent.run, id);
  else if (isLive(run)) addTo(state.liveChildren, parent.run, id);
}

function insertAttempt(run: RunEntry, attempt: EndedAttempt): void {
  run.attempts.set(attemptSlotOf(attempt), attempt);
}

function insertWork(state: MemoryState, run: RunEntry, work: Work, now: Instant): void {
  const { worker, leasedAt, ...rest } = work;
  const entry = {
    ...rest,
    run: run.origin.id,
    worker: null,
    leasedAt: null,
    cancel: false,
    alive: true,
    queued: false,
  };
  run.work.set(slotOf(work), entry);
  if (worker === null) queueWork(state, entry);
  else leaseWork(state, entry, worker, leasedAt ?? now);
}

/** Work that somebody has taken stays theirs. */
function holdWork(state: MemoryState, run: RunEntry, held: Wait, freed: Map<string, LimitKey>): void {
  const entry = run.work.get(slotOf(held));
  if (entry === undefined || entry.attempt !== held.attempt || entry.worker !== null) return;
  releaseWork(state, entry);
  entry.alive = false;
  run.work.delete(slotOf(held));
  releaseSlots(state, { ...held, run: run.origin.id }, freed);
  insertWait(state, run, held);
}

function insertWait(state: MemoryState, run: RunEntry, wait: Wait): void {
  const slot = waitSlotOf(wait);
  const before = run.waits.get(slot);
  removeWait(state, run, slot);
  const visibleAt = wait.dueAt ?? Number.POSITIVE_INFINITY;
  const topic = topicOf(wait);
  // One that is written anew for the same attempt misses no event.
  const since = before?.wait.attempt === wait.attempt ? before.since : state.events.length;
  const entry: WaitEntry = {
    run: run.origin.id,
    wait,
    visibleAt,
    alive: true,
    since,
    ...(topic === null ? {} : { topic }),
  };
  run.waits.set(slot, entry);
  if (topic !== null) addTo(state.eventWaits, topic, entry);
  if (wait.dueAt !== null) state.waitTurns.push({ entry, visibleAt });
}

/** Ids nearly always come in order, so this is a push. */
function insertInOrder(order: RunId[], id: RunId): void {
  let at = order.length;
  while (at > 0 && compareRunIds(order[at - 1] as RunId, id) > 0) at--;
  order.splice(at, 0, id);
}

export function tellListeners(state: MemoryState, hint: string): void {
  for (const listener of state.listeners) {
    queueMicrotask(() => {
      if (state.listeners.has(listener)) listener.onHint(hint);
    });
  }
}
