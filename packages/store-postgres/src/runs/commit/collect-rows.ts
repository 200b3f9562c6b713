import {
  type AttemptKey,
  type CachedOutput,
  type Demand,
  type EndedAttempt,
  type RunId,
  type SlotChanges,
  type SlotRequest,
  type StepKey,
  topicOf,
  type Wait,
  type WaitKind,
  type Work,
} from '@millrace/core';
import type { OutboxKey, RunCommit } from '@millrace/engine';

type Of<Row> = Readonly<{ run: RunId; row: Row }>;
type Create = NonNullable<RunCommit['create']>;

/** The rows of a batch by what happens to them, in the order in which they are locked. */
export type CommitRows = Readonly<{
  creates: readonly Readonly<{ commit: RunCommit; create: Create }>[];
  updates: readonly RunCommit[];
  attempts: readonly Of<EndedAttempt>[];
  newWork: readonly Of<NewWork>[];
  nextWork: readonly Of<NewWork>[];
  workDone: readonly Of<AttemptKey>[];
  workHeld: readonly Of<Wait>[];
  workCancelled: readonly Of<AttemptKey>[];
  waits: readonly Of<Wait>[];
  eventWaits: readonly Of<Wait & Readonly<{ topic: string }>>[];
  waitsDone: readonly Of<StepKey & Readonly<{ kind: WaitKind }>>[];
  outbox: readonly Of<Readonly<{ version: number; ordinal: number; document: string }>>[];
  delivered: readonly Of<OutboxKey>[];
  slots: readonly Of<NewSlot>[];
  slotsTaken: readonly Of<TakenSlots>[];
  slotsReleased: readonly Of<StepKey>[];
  cached: readonly Of<CachedOutput>[];
}>;

/** One demand of a request. */
type NewSlot = Readonly<{ request: SlotRequest; demand: Demand; ordinal: number }>;
type TakenSlots = AttemptKey & Readonly<{ request: number }>;

export type NewWork = Readonly<{ work: Work; cancel: boolean }>;

export function collectRows(batch: readonly RunCommit[]): CommitRows {
  checkBatch(batch);
  const rows = {
    creates: [] as { commit: RunCommit; create: Create }[],
    updates: [] as RunCommit[],
    attempts: [] as Of<EndedAttempt>[],
    newWork: [] as Of<NewWork>[],
    nextWork: [] as Of<NewWork>[],
    workDone: [] as Of<AttemptKey>[],
    workHeld: [] as Of<Wait>[],
    workCancelled: [] as Of<AttemptKey>[],
    waits: [] as Of<Wait>[],
    eventWaits: [] as Of<Wait & Readonly<{ topic: string }>>[],
    waitsDone: [] as Of<StepKey & Readonly<{ kind: WaitKind }>>[],
    outbox: [] as Of<Readonly<{ version: number; ordinal: number; document: string }>>[],
    delivered: [] as Of<OutboxKey>[],
    slots: [] as Of<NewSlot>[],
    slotsTaken: [] as Of<TakenSlots>[],
    slotsReleased: [] as Of<StepKey>[],
    cached: [] as Of<CachedOutput>[],
  };
  for (const commit of batch.toSorted(byRun)) {
    const { id: run, changes } = commit;
    if (commit.create === null) rows.updates.push(commit);
    else rows.creates.push({ commit, create: commit.create });
    for (const row of changes.attempts) rows.attempts.push({ run, row });
    collectWork(rows, run, changes);
    if (changes.workHeld.length > 0) {
      for (const row of changes.workHeld.toSorted(byStep)) rows.workHeld.push({ run, row });
    }
    collectWaits(rows, run, changes);
    if (changes.outbox.length > 0) collectOutbox(rows, commit);
    for (const row of commit.delivered) rows.delivered.push({ run, row });
    if (changes.slots !== null) collectSlots(rows, run, changes.slots);
    for (const row of changes.cached) rows.cached.push({ run, row });
  }
  rows.creates.sort(byStartKey);
  return rows;
}

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

function collectWork(
  rows: {
    newWork: Of<NewWork>[];
    nextWork: Of<NewWork>[];
    workDone: Of<AttemptKey>[];
    workCancelled: Of<AttemptKey>[];
  },
  run: RunId,
  { work, workDone, workCancelled }: RunCommit['changes'],
): void {
  if (workDone.length === 0 && workCancelled.length === 0) {
    for (const each of work.length > 1 ? work.toSorted(byStep) : work) {
      rows.newWork.push({ run, row: { work: each, cancel: false } });
    }
    return;
  }
  if (work.length === 0 && workCancelled.length === 0) {
    for (const row of workDone.length > 1 ? workDone.toSorted(byStep) : workDone) rows.workDone.push({ run, row });
    return;
  }
  const done = new Map(workDone.map((key) => [slotOf(key), key]));
  const stopped = new Map(workCancelled.map((key) => [slotOf(key), key]));
  for (const each of work.toSorted(byStep)) {
    const slot = slotOf(each);
    const cancel = stopped.get(slot)?.attempt === each.attempt;
    const list = done.delete(slot) ? rows.nextWork : rows.newWork;
    list.push({ run, row: { work: each, cancel } });
    stopped.delete(slot);
  }
  for (const [slot, key] of done) if (stopped.get(slot)?.attempt === key.attempt) stopped.delete(slot);
  for (const row of [...done.values()].sort(byStep)) rows.workDone.push({ run, row });
  for (const row of [...stopped.values()].sort(byStep)) rows.workCancelled.push({ run, row });
}

function collectOutbox(
  rows: { outbox: Of<Readonly<{ version: number; ordinal: number; document: string }>>[] },
  { id: run, expectedVersion, changes }: RunCommit,
): void {
  changes.outbox.forEach((message, ordinal) => {
    rows.outbox.push({ run, row: { version: expectedVersion + 1, ordinal, document: JSON.stringify(message) } });
  });
}

function collectWaits(
  rows: {
    waits: Of<Wait>[];
    eventWaits: Of<Wait & Readonly<{ topic: string }>>[];
    waitsDone: Of<StepKey & Readonly<{ kind: WaitKind }>>[];
  },
  run: RunId,
  { waits, waitsDone }: RunCommit['changes'],
): void {
  if (waits.length === 0 && waitsDone.length === 0) return;
  const set = new Map(waits.map((wait) => [`${slotOf(wait)}/${wait.kind}`, wait]));
  const cleared = new Map(waitsDone.map((key) => [`${slotOf(key)}/${key.kind}`, key]));
  for (const [slot, row] of set) {
    cleared.delete(slot);
    const topic = topicOf(row);
    if (topic === null) rows.waits.push({ run, row });
    else rows.eventWaits.push({ run, row: { ...row, topic } });
  }
  for (const row of cleared.values()) rows.waitsDone.push({ run, row });
}

function collectSlots(
  rows: { slots: Of<NewSlot>[]; slotsTaken: Of<TakenSlots>[]; slotsReleased: Of<StepKey>[] },
  run: RunId,
  { requests, taken, released }: SlotChanges,
): void {
  for (const request of requests.toSorted(byStep)) {
    for (const [ordinal, demand] of request.demands.entries()) {
      rows.slots.push({ run, row: { request, demand, ordinal } });
    }
  }
  for (const row of taken.toSorted(byStep)) rows.slotsTaken.push({ run, row });
  for (const row of released.toSorted(byStep)) rows.slotsReleased.push({ run, row });
}

const slotOf = (key: StepKey): string => `${key.step}/${key.iteration}/${key.item}`;

const byStep = (left: StepKey, right: StepKey): number =>
  left.step - right.step || left.iteration - right.iteration || left.item - right.item;

/** Ids are decimal digits without leading zeros: the longer one is the greater. */
export const compareIds = (left: string, right: string): number =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);

const byRun = (left: RunCommit, right: RunCommit): number => compareIds(left.id, right.id);

/** Stable, so of two runs with one start key the lower id comes first, and wins. */
const byStartKey = (left: Readonly<{ create: Create }>, right: Readonly<{ create: Create }>): number => {
  const [one, other] = [left.create.origin, right.create.origin];
  if (one.startKey === other.startKey) return compareTexts(one.workspace, other.workspace);
  if (one.startKey === null || other.startKey === null) return one.startKey === null ? -1 : 1;
  return compareTexts(one.startKey, other.startKey);
};

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
