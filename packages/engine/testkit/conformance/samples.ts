// Rows for the suite. What a test does not care about has a usual value.
import {
  type AttemptKey,
  type AttemptRef,
  type Changes,
  type Demand,
  type EndedAttempt,
  type Lane,
  planHash,
  type RunHead,
  type RunId,
  type RunOrigin,
  type SlotRequest,
  type StepKey,
  type Wait,
  type WhenFull,
  type Work,
  type WorkerDescription,
  workerId,
} from '@millrace/core';
import type { RunCommit, Store } from '../../src/ports/index.ts';

export const lane: Lane = { queue: 'default', capability: 'shell', labels: [] };
export const otherLane: Lane = { queue: 'heavy', capability: 'script', labels: ['gpu', 'linux "x"'] };
export const noChanges: Changes = {
  head: null,
  attempts: [],
  work: [],
  workDone: [],
  workHeld: [],
  workCancelled: [],
  waits: [],
  waitsDone: [],
  outbox: [],
  slots: null,
  cached: [],
};

export const key = (given: Partial<AttemptKey> = {}): AttemptKey => ({
  step: 0,
  item: -1,
  iteration: 0,
  attempt: 1,
  ...given,
});

export const stepKey = ({ step, item, iteration }: StepKey): StepKey => ({ step, item, iteration });

export const head = (given: Partial<RunHead> = {}): RunHead => ({
  status: 'running',
  startedAt: 1_700_000_000_001,
  endedAt: null,
  control: null,
  output: null,
  error: null,
  ...given,
});

export const work = (given: Partial<Work> = {}): Work => ({
  ...key(),
  lane,
  priority: 0,
  readyAt: 1_700_000_000_002,
  document: '{"input":{},"names":{}}',
  worker: null,
  leasedAt: null,
  ...given,
});

export const ended = (given: Partial<EndedAttempt> = {}): EndedAttempt => ({
  ...key(),
  status: 'succeeded',
  reason: null,
  final: true,
  readyAt: 1_700_000_000_002,
  startedAt: 1_700_000_000_003,
  endedAt: 1_700_000_000_004,
  worker: workerId('worker-1'),
  input: '{"a":1}',
  output: '"done"',
  error: null,
  ...given,
});

export const wait = (given: Partial<Wait> = {}): Wait => ({
  ...key(),
  kind: 'retry',
  dueAt: 1_800_000_001_000,
  document: null,
  ...given,
});

/** A request for one key of concurrency, limit 1, unless it says something else. */
export const slotRequest = (given: Partial<SlotRequest> = {}): SlotRequest => ({
  ...key(),
  request: 0,
  workspace: 'shop',
  priority: 0,
  requestedAt: 1_800_000_000_000,
  demands: [demand('k')],
  above: [],
  ...given,
});

export const demand = (text: string, limit = 1, whenFull: WhenFull = 'queue'): Demand => ({
  kind: 'concurrency',
  key: text,
  limit,
  whenFull,
});

/** Changes that only ask for slots, or let go of some. */
export const asks = (...requests: readonly SlotRequest[]): Partial<Changes> => ({
  slots: { requests, taken: [], released: [] },
});
export const letsGo = (...released: readonly StepKey[]): Partial<Changes> => ({
  slots: { requests: [], taken: [], released },
});

export const origin = (id: RunId, given: Partial<RunOrigin> = {}): RunOrigin => ({
  id,
  workspace: 'shop',
  workflow: 'order',
  folder: 'sales/daily',
  revision: 'r1',
  plan: planHash('ab'.repeat(32)),
  trigger: { type: 'api' },
  parent: null,
  depth: 0,
  startKey: null,
  tags: [],
  priority: 0,
  rerunOf: null,
  ...given,
});

export const worker = (id: string): WorkerDescription => ({
  id: workerId(id),
  name: `name of ${id}`,
  labels: ['linux'],
  capabilities: ['shell', 'script'],
  queues: ['default'],
  slots: 4,
  version: '0.1.0',
  host: 'host',
  pid: 7,
});

export function creation(
  id: RunId,
  changes: Partial<Changes> = {},
  given: Partial<RunOrigin> = {},
  input = '{}',
): RunCommit {
  return {
    id,
    expectedVersion: 0,
    create: { origin: origin(id, given), input },
    changes: { ...noChanges, head: head(), ...changes },
    delivered: [],
  };
}

export const change = (id: RunId, expectedVersion: number, changes: Partial<Changes> = {}): RunCommit => ({
  id,
  expectedVersion,
  create: null,
  changes: { ...noChanges, ...changes },
  delivered: [],
});

export async function freshId(store: Store): Promise<RunId> {
  return only(await store.runs.allocateIds(1));
}

/** Creates one run, which must succeed. */
export async function createRun(
  store: Store,
  changes: Partial<Changes> = {},
  given: Partial<RunOrigin> = {},
): Promise<RunId> {
  const id = await freshId(store);
  const { committed } = await store.runs.commit([creation(id, changes, given)], null);
  if (!committed.has(id)) throw new Error(`Run ${id} could not be created.`);
  return id;
}

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`Expected one, got ${items.length}.`);
  return item;
}

export const ref = (run: RunId, given: Partial<AttemptKey> = {}): AttemptRef => ({ run, ...key(given) });

export const refText = ({ run, step, item, iteration, attempt }: AttemptRef): string =>
  [run, step, item, iteration, attempt].join('/');
