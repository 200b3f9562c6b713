import {
  type AttemptKey,
  type AttemptRef,
  type Changes,
  type Demand,
  isRunEnd,
  type LoadedRun,
  type RunId,
  type RunStatus,
  type SlotRequest,
  type WorkerId,
} from '@millrace/core';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Queries, RunCommit, Store } from '../src/ports/index.ts';
import {
  change,
  creation,
  ended,
  head,
  key,
  lane,
  otherLane,
  stepKey,
  wait,
  work,
  worker,
} from './conformance/samples.ts';

/** What is compared: two stores that begin empty, at the same time, under clocks that stand until they are moved. */
export type ModelSubject = Readonly<{ store: Store; queries: Queries; advanceClock(ms: number): Promise<void> }>;
type Pair = readonly [ModelSubject, ModelSubject];

/** What the commands know without asking: runs that were begun, by number. */
type Model = { runs: RunId[]; versions: Map<RunId, number>; allocate: () => RunId };

/**
 * Random operations on two stores; each must answer the same on both, and at the end both must hold the same. Run ids are
 * chosen here, as both stores must use the same.
 */
export async function storeModel(open: () => Promise<Pair>, close: () => Promise<void>, runs: number): Promise<void> {
  const property = fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 60 }), async (operations) => {
    const pair = await open();
    const model: Model = { runs: [], versions: new Map(), allocate: () => String(model.runs.length + 1) as RunId };
    try {
      for (const run of operations) await run(model, pair);
      await compareAll(model, pair);
    } finally {
      await close();
    }
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: false });
}

type Operation = (model: Model, pair: Pair) => Promise<void>;

const small = fc.nat({ max: 5 });
const workers = ['w1', 'w2', 'w3'].map((name) => worker(name));
const workerArb = fc.constantFrom(...workers);
const statusArb = fc.constantFrom<RunStatus>(
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
);
const textArb = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text));

/** The wishes of one run's commit; what is legal depends on what is stored, so rows are chosen when it is carried out. */
const wishesArb = fc.record({
  pick: small,
  stale: fc.nat({ max: 4 }).map((n) => n === 0),
  startKey: fc.option(fc.constantFrom('a', 'b'), { freq: 2 }),
  tags: fc.subarray(['t1', 't2']),
  again: fc.boolean(),
  cached: fc.array(fc.tuple(fc.constantFrom('k1', 'k2'), fc.nat({ max: 400 })), { maxLength: 2 }),
  child: fc.boolean(),
  status: fc.option(statusArb),
  text: textArb,
  finish: fc.array(small, { maxLength: 2 }),
  begin: fc.array(fc.tuple(small, fc.nat({ max: 3 }), fc.option(workerArb), fc.boolean()), { maxLength: 3 }),
  cancel: fc.option(small),
  hold: fc.option(small, { freq: 2 }),
  waits: fc.array(fc.tuple(small, fc.constantFrom('retry', 'timer', 'child'), fc.nat({ max: 300 })), { maxLength: 2 }),
  cleared: fc.option(small),
  messages: fc.nat({ max: 2 }),
  asks: fc.array(
    fc.tuple(small, fc.subarray(['k', 'l', 'q', 'r'], { minLength: 1 }), fc.nat({ max: 3 }), fc.boolean(), small),
    { maxLength: 3 },
  ),
  letsGo: fc.array(small, { maxLength: 2 }),
});
type Wishes = typeof wishesArb extends fc.Arbitrary<infer Value> ? Value : never;

async function both<Result>(pair: Pair, ask: (subject: ModelSubject) => Promise<Result>): Promise<Result> {
  const [left, right] = await Promise.all(pair.map(ask));
  expect(right).toEqual(left);
  return left as Result;
}

function rowsFor(wishes: Wishes, loaded: LoadedRun | null, now: number): Changes {
  const present = loaded?.work ?? [];
  const finished = [...new Set(wishes.finish)].map((index) => present[index]).filter((each) => each !== undefined);
  const slots = new Map<number, number>(present.map((each) => [each.item, each.attempt]));
  for (const each of finished) slots.delete(each.item);
  const lastAttempt = (item: number) =>
    Math.max(
      0,
      ...[...(loaded?.attempts ?? []), ...finished].filter((each) => each.item === item).map((each) => each.attempt),
    );
  const begun = [...new Map(wishes.begin.map((each) => [each[0], each])).values()]
    .filter(([item]) => !slots.has(item))
    .map(([item, priority, holder, heavy]) =>
      work({
        item,
        attempt: lastAttempt(item) + 1,
        priority,
        readyAt: now - priority * 7 - item,
        lane: heavy ? otherLane : lane,
        worker: holder?.id ?? null,
        leasedAt: holder === null ? null : now,
        document: wishes.text,
      }),
    );
  const cancelled: AttemptKey[] = wishes.cancel === null ? [] : present.slice(wishes.cancel, wishes.cancel + 1);
  const held = (wishes.hold === null ? [] : present.slice(wishes.hold, wishes.hold + 2)).filter(
    (each) => slots.has(each.item) && !cancelled.includes(each),
  );
  const waits = [...new Map(wishes.waits.map((each) => [`${each[0]}${each[1]}`, each])).values()].map(
    ([item, kind, ms]) =>
      wait({ item, kind: kind as 'retry', dueAt: kind === 'child' ? null : now + ms, document: wishes.text }),
  );
  const waitsDone =
    wishes.cleared === null ? [] : [{ ...stepKey(key({ item: wishes.cleared })), kind: 'retry' as const }];
  const status = wishes.status;
  return {
    head: status === null ? null : head({ status, endedAt: isRunEnd(status) ? now : null, output: wishes.text }),
    attempts: finished.map((each) =>
      ended({ item: each.item, attempt: each.attempt, endedAt: now, output: wishes.text }),
    ),
    work: begun,
    workDone: finished.map(({ step, item, iteration, attempt }) => ({ step, item, iteration, attempt })),
    workHeld: held.map(({ item, attempt }) =>
      wait({ item, attempt, kind: 'held', dueAt: null, document: wishes.text }),
    ),
    workCancelled: cancelled.map(({ step, item, iteration, attempt }) => ({ step, item, iteration, attempt })),
    waits,
    waitsDone: waitsDone.filter((done) => !waits.some((each) => each.item === done.item && each.kind === done.kind)),
    outbox: Array.from({ length: wishes.messages }, (_, index) => ({
      kind: 'cancel_children',
      from: null,
      reason: wishes.text,
      by: String(index),
    })),
    slots: slotsFor(wishes, loaded, now),
    cached: wishes.cached.map(([name, ttlMs]) => ({
      workspace: 'shop',
      workflow: 'order',
      key: name,
      label: wishes.text,
      step: 'build',
      output: wishes.text,
      ttlMs,
    })),
  };
}

/** Slots of items that have no request, and of some that have one; every request has another number than those before. */
function slotsFor({ asks, letsGo }: Wishes, loaded: LoadedRun | null, now: number): Changes['slots'] {
  const request = (loaded?.run.version ?? 0) + 1;
  const requests = [...new Map(asks.map((ask) => [ask[0], ask])).values()].map(
    ([item, keys, priority, nested, limit]): SlotRequest => ({
      ...key({ item }),
      request,
      workspace: 'shop',
      priority,
      requestedAt: now - item,
      demands: keys.map((text) => demandOf(text, limit + 1)),
      above: nested ? [{ run: '1' as RunId, step: -1, item: -1, iteration: 0 }] : [],
    }),
  );
  // Whoever asks lets go of what it had.
  const released = [...new Set([...letsGo, ...requests.map(({ item }) => item)])].map((item) => stepKey(key({ item })));
  return { requests, taken: [], released };
}

function demandOf(text: string, limit: number): Demand {
  if (text === 'q') return { kind: 'queue', key: text, limit };
  if (text === 'r') return { kind: 'rate', key: text, limit, perMs: 300 };
  const whenFull = limit % 3 === 0 ? 'skip' : limit % 3 === 1 ? 'queue' : 'cancel_oldest';
  return { kind: 'concurrency', key: text, limit, whenFull };
}

const limitKeys = [
  { kind: 'concurrency', key: 'k' },
  { kind: 'concurrency', key: 'l' },
  { kind: 'queue', key: 'q' },
  { kind: 'rate', key: 'r' },
] as const;

/** `sweep` is not among them: these runs have requests without being there for them. */
const slots: fc.Arbitrary<Operation> = fc
  .tuple(fc.subarray([...limitKeys], { minLength: 1 }), fc.constantFrom('grant', 'grant', 'untangle', 'untold', 'keys'))
  .map(([keys, call]) => async (_, pair) => {
    await both(pair, async ({ store, queries }) => {
      if (call === 'grant') return store.slots.grant('shop', keys);
      if (call === 'untangle') return store.slots.untangle({ olderThanMs: 100 });
      if (call === 'untold') return store.slots.untold({ olderThanMs: 50, limit: 1_000 });
      const details = await Promise.all(keys.map((one) => queries.limitDetail({ workspace: 'shop', ...one })));
      return [await store.slots.waitingKeys({ after: null, limit: 2 }), await queries.listLimits({}, 10), details];
    });
  });

const commit: fc.Arbitrary<Operation> = fc
  .array(wishesArb, { minLength: 1, maxLength: 4 })
  .map((batch) => async (model, pair) => {
    const now = await both(pair, ({ store }) => store.now());
    const commits = new Map<RunId, RunCommit>();
    for (const wishes of batch) {
      const id = model.runs[wishes.pick];
      if (id === undefined || wishes.startKey !== null) {
        const fresh = model.allocate();
        model.runs.push(fresh);
        const [parent] = model.runs;
        const family =
          wishes.child && parent !== undefined && parent !== fresh
            ? { parent: { run: parent, ...key() }, depth: 1 }
            : {};
        const { startKey, tags } = wishes;
        const from = [{ type: 'failed' }] as const;
        const rerunOf = wishes.again && parent !== undefined && parent !== fresh ? { run: parent, from } : null;
        const given = { startKey, tags, rerunOf, ...family };
        commits.set(fresh, creation(fresh, rowsFor(wishes, null, now), given, wishes.text));
      } else {
        const [loaded = null] = await both(pair, ({ store }) => store.runs.load([id]));
        const version = (loaded?.run.version ?? 1) + (wishes.stale ? 1 : 0);
        commits.set(id, change(id, version, rowsFor(wishes, loaded, now)));
      }
    }
    await both(pair, async ({ store }) => {
      const outcome = await store.runs.commit([...commits.values()], null);
      return { ...outcome, freed: outcome.freed.map((limit) => JSON.stringify([limit.kind, limit.key])).sort() };
    });
  });

const claim: fc.Arbitrary<Operation> = fc
  .tuple(workerArb, fc.subarray([lane, otherLane]), small)
  .map(([holder, lanes, limit]) => async (_, pair) => {
    await both(pair, ({ store }) => store.work.claim({ worker: holder.id, lanes, limit }));
  });

const giveBack: fc.Arbitrary<Operation> = fc
  .tuple(workerArb, workerArb, small)
  .map(([from, by, count]) => async (_, pair) => {
    const held = await both(pair, ({ store }) => heldRefs(store, from.id));
    await both(pair, ({ store }) => store.work.giveBack(by.id, held.slice(0, count)));
  });

const workerCalls: fc.Arbitrary<Operation> = fc
  .tuple(
    workerArb,
    fc.constantFrom('register', 'renew', 'expired', 'drain', 'resume', 'remove', 'force'),
    fc.nat({ max: 500 }),
  )
  .map(([described, call, ms]) => async (_, pair) => {
    await both(pair, async ({ store }) => {
      if (call === 'register') return store.workers.register(described, ms);
      if (call === 'renew') return store.workers.renew([described.id], ms);
      if (call === 'expired') return store.workers.expired(2);
      if (call === 'drain' || call === 'resume') return store.workers.drain(described.id, call === 'drain');
      return store.workers.remove(described.id, { onlyExpired: call === 'remove' });
    });
  });

const clock: fc.Arbitrary<Operation> = fc.nat({ max: 400 }).map((ms) => async (_, pair) => {
  await both(pair, (subject) => subject.advanceClock(ms));
});

/** All that is due, so that the order among equals does not matter. */
const timers: fc.Arbitrary<Operation> = fc
  .tuple(fc.boolean(), fc.nat({ max: 200 }))
  .map(([messages, ms]) => async (_, pair) => {
    await both(pair, async ({ store }) =>
      messages
        ? store.outbox.takeOld({ olderThanMs: ms, hideMs: ms, limit: 1_000 })
        : [await store.waits.nextDueAt(), await store.waits.takeDue({ limit: 1_000, hideMs: ms })],
    );
  });

const lists: fc.Arbitrary<Operation> = fc
  .record({
    status: fc.option(fc.subarray<RunStatus>(['running', 'failed', 'succeeded']), { nil: undefined }),
    topLevel: fc.boolean(),
    tag: fc.option(fc.constantFrom('t1', 't2'), { nil: undefined }),
    rerunOf: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  })
  .map(({ status, topLevel, tag, rerunOf }) => async (_, pair) => {
    const filter = {
      topLevel,
      ...(status === undefined ? {} : { status }),
      ...(tag === undefined ? {} : { tag }),
      ...(rerunOf === undefined ? {} : { rerunOf: rerunOf as RunId }),
    };
    await both(pair, ({ queries }) => queries.listRuns(filter, { limit: 3, after: null }));
    await both(pair, ({ queries }) => queries.countRuns(filter));
  });

const operation = fc.oneof(
  { weight: 6, arbitrary: commit },
  { weight: 3, arbitrary: claim },
  { weight: 3, arbitrary: slots },
  giveBack,
  workerCalls,
  clock,
  timers,
  lists,
);

async function heldRefs(store: Store, holder: WorkerId): Promise<readonly AttemptRef[]> {
  const held = await store.work.heldBy(holder);
  return held.map(({ origin, work: { step, item, iteration, attempt } }) => ({
    run: origin.id,
    step,
    item,
    iteration,
    attempt,
  }));
}

async function compareAll(model: Model, pair: Pair): Promise<void> {
  await both(pair, ({ store }) => store.runs.load(model.runs));
  for (const { id } of workers) await both(pair, ({ store }) => store.work.heldBy(id));
  for (const id of model.runs) await both(pair, ({ store }) => store.runs.liveChildren(id));
  for (const startKey of ['a', 'b']) await both(pair, ({ store }) => store.runs.findByStartKey('shop', startKey));
  await both(pair, ({ queries }) => queries.listLimits({}, 100));
  await both(pair, ({ store }) => store.slots.untold({ olderThanMs: 0, limit: 1_000 }));
  await both(pair, ({ store }) => store.cache.find(['k1', 'k2'].map((name) => ({ workspace: 'shop', key: name }))));
  await both(pair, ({ store }) => store.cache.list({}, { limit: 10, after: null }));
  await both(pair, ({ store }) => store.cache.removeExpired(10));
  await both(pair, ({ queries }) => queries.listWorkers());
  await both(pair, ({ queries }) => queries.countWork());
  await both(pair, ({ queries }) => queries.listRuns({}, { limit: 100, after: null }));
}
