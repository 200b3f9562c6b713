// What the memory store holds, and the keys it is found by. Work and waits stand in heaps as well; an entry that ended or
// changed hands is not looked for there but passed over when it comes up, so no operation scans.
import {
  type AttemptKey,
  type EndedAttempt,
  type Instant,
  isRunEnd,
  type Lane,
  type OutboxMessage,
  type Plan,
  type PlanHash,
  type RunHead,
  type RunId,
  type RunOrigin,
  type StepKey,
  type StoredEvent,
  type Wait,
  type WaitKind,
  type WorkerDescription,
  type WorkerId,
} from '@millrace/core';
import type {
  Delivery,
  EventOutcome,
  OutboxKey,
  Revision,
  ScheduleKey,
  StoredSchedule,
  StoredSecret,
  WorkspaceState,
} from '../ports/index.ts';
import { type AuditState, createAuditState } from './audit-store.ts';
import type { StoredOutput } from './cache-store.ts';
import { Heap } from './heap.ts';
import { createPeopleState, type PeopleState } from './people-state.ts';
import { SlotTable } from './slot-table.ts';

export type WorkEntry = AttemptKey & {
  readonly run: RunId;
  readonly lane: Lane;
  readonly priority: number;
  readonly readyAt: Instant;
  readonly document: string;
  worker: WorkerId | null;
  leasedAt: Instant | null;
  cancel: boolean;
  /** false: its attempt ended. */
  alive: boolean;
  /** Whether its lane's line has it, so that giving back and claiming over and over does not fill the line. */
  queued: boolean;
};

export type WaitEntry = {
  readonly run: RunId;
  readonly wait: Wait;
  visibleAt: Instant;
  alive: boolean;
  /** Of a wait for an event: what it is found by, and the number of the newest event when it was set. */
  readonly topic?: string;
  readonly since: number;
};

export type EventEntry = { readonly event: StoredEvent; outcome: EventOutcome | null; visibleAt: Instant };

/** A place in the heap of waits; stale when its wait ended or was hidden meanwhile. */
export type WaitTurn = Readonly<{ entry: WaitEntry; visibleAt: Instant }>;

export type RunEntry = {
  readonly origin: RunOrigin;
  readonly input: string;
  readonly createdAt: Instant;
  head: RunHead;
  version: number;
  readonly attempts: Map<string, EndedAttempt>;
  readonly work: Map<string, WorkEntry>;
  readonly waits: Map<string, WaitEntry>;
};

export type MessageEntry = {
  readonly key: OutboxKey;
  readonly message: OutboxMessage;
  readonly createdAt: Instant;
  visibleAt: Instant;
};

export type ScheduleEntry = { schedule: StoredSchedule; visibleAt: Instant | null; alive: boolean };

/** A place in the heap of schedules; stale when its schedule was changed or hidden meanwhile. */
export type ScheduleTurn = Readonly<{ entry: ScheduleEntry; visibleAt: Instant }>;

type WorkerEntry = { worker: WorkerDescription; leaseUntil: Instant; registeredAt: Instant };

export type LaneEntry = { readonly lane: Lane; readonly line: Heap<WorkEntry> };

export type MemoryState = {
  readonly now: () => Instant;
  nextRunId: number;
  readonly runs: Map<RunId, RunEntry>;
  /** Ids in ascending order. */
  readonly runOrder: RunId[];
  readonly startKeys: Map<string, RunId>;
  readonly liveChildren: Map<RunId, Set<RunId>>;
  readonly lanes: Map<string, LaneEntry>;
  /** What each worker holds; entries without any are removed. */
  readonly held: Map<WorkerId, Set<WorkEntry>>;
  readonly cancelled: Map<WorkerId, Set<WorkEntry>>;
  readonly waitTurns: Heap<WaitTurn>;
  readonly slots: SlotTable;
  /** In the order of their creation. */
  readonly outbox: Map<string, MessageEntry>;
  /** By workspace and key. */
  readonly cache: Map<string, StoredOutput>;
  /** By number, from 1. null: it was removed. */
  readonly events: (EventEntry | null)[];
  readonly eventKeys: Map<string, EventEntry>;
  readonly undelivered: Set<EventEntry>;
  /** Waits for events by topic. */
  readonly eventWaits: Map<string, Set<WaitEntry>>;
  readonly workers: Map<WorkerId, WorkerEntry>;
  /** Since when workers shall get nothing new; also of such as are lost and may come back. */
  readonly draining: Map<WorkerId, Instant>;
  readonly plans: Map<PlanHash, Plan>;
  readonly planLanes: Map<string, Lane>;
  readonly workspaces: Map<string, WorkspaceState>;
  readonly revisions: Map<string, Revision>;
  /** When each revision became live for the last time. */
  readonly liveSince: Map<string, Instant>;
  /** By workspace, then by name. */
  readonly schedules: Map<string, Map<string, ScheduleEntry>>;
  readonly scheduleTurns: Heap<ScheduleTurn>;
  /** The revision that each workspace's schedules are of. */
  readonly scheduleRevisions: Map<string, string>;
  /** In the order of their arrival. */
  readonly deliveries: Map<string, Delivery>;
  nextDelivery: number;
  readonly secrets: Map<string, StoredSecret>;
  /** Runs that were removed and left something. */
  readonly removed: Map<RunId, RunEntry>;
  readonly people: PeopleState;
  readonly audit: AuditState;
  readonly listeners: Set<Readonly<{ onHint: (hint: string) => void; onGap: () => void }>>;
};

export function createMemoryState(now: () => Instant): MemoryState {
  return {
    now,
    nextRunId: 1,
    runs: new Map(),
    runOrder: [],
    startKeys: new Map(),
    liveChildren: new Map(),
    lanes: new Map(),
    held: new Map(),
    cancelled: new Map(),
    waitTurns: new Heap(byTurn),
    slots: new SlotTable(),
    outbox: new Map(),
    cache: new Map(),
    events: [],
    eventKeys: new Map(),
    undelivered: new Set(),
    eventWaits: new Map(),
    workers: new Map(),
    draining: new Map(),
    plans: new Map(),
    planLanes: new Map(),
    workspaces: new Map(),
    revisions: new Map(),
    liveSince: new Map(),
    schedules: new Map(),
    scheduleTurns: new Heap(bySchedule),
    scheduleRevisions: new Map(),
    deliveries: new Map(),
    nextDelivery: 1,
    secrets: new Map(),
    removed: new Map(),
    people: createPeopleState(),
    audit: createAuditState(),
    listeners: new Set(),
  };
}

/** Where a step run's work stands inside its run: there is one at a time. */
export const slotOf = (key: StepKey): string => `${key.step}/${key.iteration}/${key.item}`;
export const attemptSlotOf = (key: AttemptKey): string => `${slotOf(key)}/${key.attempt}`;
export const waitSlotOf = (key: StepKey & Readonly<{ kind: WaitKind }>): string => `${slotOf(key)}/${key.kind}`;
export const laneKeyOf = (lane: Lane): string =>
  JSON.stringify([lane.workspace ?? null, lane.queue, lane.capability, lane.labels]);
export const startKeyOf = (workspace: string, startKey: string): string => JSON.stringify([workspace, startKey]);
export const eventKeyOf = (workspace: string, key: string): string => JSON.stringify([workspace, key]);
export const revisionKeyOf = (workspace: string, revision: string): string => JSON.stringify([workspace, revision]);
export const messageKeyOf = (key: OutboxKey): string => `${key.run}/${key.version}/${key.ordinal}`;

/** Run ids are decimal digits without leading zeros: the longer one is the greater. */
export const compareRunIds = (left: RunId, right: RunId): number =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);

export const compareSteps = (left: StepKey, right: StepKey): number =>
  left.step - right.step || left.iteration - right.iteration || left.item - right.item;

/** The order of claims: highest priority, then the oldest, then the oldest run's first step. */
const byTurnInLane = (left: WorkEntry, right: WorkEntry): number =>
  right.priority - left.priority ||
  left.readyAt - right.readyAt ||
  compareRunIds(left.run, right.run) ||
  compareSteps(left, right);

const byTurn = (left: WaitTurn, right: WaitTurn): number =>
  left.visibleAt - right.visibleAt ||
  compareRunIds(left.entry.run, right.entry.run) ||
  compareSteps(left.entry.wait, right.entry.wait) ||
  (left.entry.wait.kind < right.entry.wait.kind ? -1 : 1);

const bySchedule = (left: ScheduleTurn, right: ScheduleTurn): number =>
  left.visibleAt - right.visibleAt || compareSchedules(left.entry.schedule, right.entry.schedule);

export const compareSchedules = (left: ScheduleKey, right: ScheduleKey): number =>
  compareTexts(left.workspace, right.workspace) || compareTexts(left.name, right.name);

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

export const compareClaims = byTurnInLane;

export function laneEntry(state: MemoryState, lane: Lane): LaneEntry {
  const key = laneKeyOf(lane);
  const known = state.lanes.get(key);
  if (known !== undefined) return known;
  const entry: LaneEntry = { lane, line: new Heap(byTurnInLane) };
  state.lanes.set(key, entry);
  return entry;
}

/** Puts ready work into its lane's line. */
export function queueWork(state: MemoryState, entry: WorkEntry): void {
  if (entry.queued) return;
  entry.queued = true;
  laneEntry(state, entry.lane).line.push(entry);
}

export function leaseWork(state: MemoryState, entry: WorkEntry, worker: WorkerId, at: Instant): void {
  entry.worker = worker;
  entry.leasedAt = at;
  addTo(state.held, worker, entry);
  if (entry.cancel) addTo(state.cancelled, worker, entry);
}

/** Takes the lease from whoever holds the work. */
export function releaseWork(state: MemoryState, entry: WorkEntry): void {
  if (entry.worker === null) return;
  removeFrom(state.held, entry.worker, entry);
  if (entry.cancel) removeFrom(state.cancelled, entry.worker, entry);
  entry.worker = null;
  entry.leasedAt = null;
}

export function isLive(run: RunEntry): boolean {
  return !isRunEnd(run.head.status);
}

/** Ends a wait wherever it is found. */
export function removeWait(state: MemoryState, run: RunEntry, slot: string): void {
  const entry = run.waits.get(slot);
  if (entry === undefined) return;
  entry.alive = false;
  run.waits.delete(slot);
  if (entry.topic !== undefined) removeFrom(state.eventWaits, entry.topic, entry);
}

export function addTo<Key, Item>(map: Map<Key, Set<Item>>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, new Set([item]));
  else items.add(item);
}

export function removeFrom<Key, Item>(map: Map<Key, Set<Item>>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items?.delete(item) && items.size === 0) map.delete(key);
}
