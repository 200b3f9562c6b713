import type { RunId, SlotRef, SlotRequest } from '@millrace/core';
import { expect, it } from 'vitest';
import type { GrantOutcome, Store } from '../../src/ports/index.ts';
import {
  asks,
  change,
  createRun,
  demand,
  head,
  key,
  letsGo,
  slotRequest,
  stepKey,
  wait,
  work,
  worker,
} from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const concurrency = (...keys: readonly string[]) => keys.map((text) => ({ kind: 'concurrency' as const, key: text }));

/** A run with one step at work in a limited step: it asks for `k`. */
async function asking(store: Store, given: Partial<SlotRequest> = {}): Promise<RunId> {
  return createRun(store, { ...asks(slotRequest(given)), work: [work()] });
}

const refOf = (run: RunId, given: Partial<SlotRef> = {}): SlotRef => ({ ...key(), run, request: 0, ...given });
const grantedRuns = ({ verdicts }: GrantOutcome): readonly RunId[] =>
  verdicts.filter(({ granted }) => granted).map(({ ref }) => ref.run);

export function slotFacts(subject: () => ConformanceStore): void {
  const store = (): Store => subject().store;
  const now = () => store().now();

  it('grants up to the limit, in order of priority and then of age', async () => {
    const at = await now();
    const [old, urgent, young] = [
      await asking(store(), { requestedAt: at - 10 }),
      await asking(store(), { requestedAt: at - 5, priority: 7 }),
      await asking(store(), { requestedAt: at - 7 }),
    ];
    expect(await store().slots.grant('shop', concurrency('k'))).toEqual({
      verdicts: [{ ref: refOf(urgent), granted: true }],
      cancels: [],
      wakeAt: null,
    });
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([]);
    for (const [before, next] of [
      [urgent, old],
      [old, young],
    ] as const) {
      const { freed } = await store().runs.commit([change(before, 1, letsGo(key()))], null);
      expect(freed).toEqual([{ workspace: 'shop', kind: 'concurrency', key: 'k' }]);
      expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([next]);
    }
  });

  it('a commit that frees nothing says so, and one that lost frees nothing', async () => {
    const run = await asking(store());
    await store().slots.grant('shop', concurrency('k'));
    expect((await store().runs.commit([change(run, 7, letsGo(key()))], null)).freed).toEqual([]);
    const other = await asking(store());
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([]);
    expect((await store().runs.commit([change(other, 1, { head: head() })], null)).freed).toEqual([]);
  });

  it('keys of one workspace are nothing to another, nor are kinds to each other', async () => {
    const demands = [demand('k')];
    const [here, there] = [await asking(store()), await asking(store(), { workspace: 'other', demands })];
    const queue = await asking(store(), { demands: [{ kind: 'queue', key: 'k', limit: 1 }] });
    expect(grantedRuns(await store().slots.grant('other', concurrency('k')))).toEqual([there]);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([here]);
    expect(grantedRuns(await store().slots.grant('shop', [{ kind: 'queue', key: 'k' }]))).toEqual([queue]);
  });

  it('several keys are granted together or not at all, and their places are kept until then', async () => {
    const at = await now();
    const holder = await asking(store(), { demands: [demand('b')] });
    expect(grantedRuns(await store().slots.grant('shop', concurrency('b')))).toEqual([holder]);
    const both = await asking(store(), { demands: [demand('a'), demand('b')], requestedAt: at });
    const later = await asking(store(), { demands: [demand('a')], requestedAt: at + 1 });
    for (const keys of [concurrency('a'), concurrency('b'), concurrency('a', 'b')]) {
      expect(grantedRuns(await store().slots.grant('shop', keys))).toEqual([]);
    }
    await store().runs.commit([change(holder, 1, letsGo(key()))], null);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('b')))).toEqual([both]);
    const { freed } = await store().runs.commit([change(both, 1, letsGo(key()))], null);
    expect(freed.map((limit) => limit.key).sort()).toEqual(['a', 'b']);
    expect(grantedRuns(await store().slots.grant('shop', freed))).toEqual([later]);
  });

  it('keeps places in a line for those that wait for a key which nobody looks at now', async () => {
    const at = await now();
    const holder = await asking(store(), { demands: [demand('c')] });
    expect(grantedRuns(await store().slots.grant('shop', concurrency('c')))).toEqual([holder]);
    const first = await asking(store(), { demands: [demand('b'), demand('c')], requestedAt: at });
    await asking(store(), { demands: [demand('a'), demand('b')], requestedAt: at + 1 });
    expect(grantedRuns(await store().slots.grant('shop', concurrency('a')))).toEqual([]);
    await store().runs.commit([change(holder, 1, letsGo(key()))], null);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('c')))).toEqual([first]);
  });

  it('when_full skip is refused while the key is full, and a newer cancel_oldest takes the place of those that wait', async () => {
    const at = await now();
    const first = await asking(store(), { requestedAt: at - 9 });
    await store().slots.grant('shop', concurrency('k'));
    const skips = await asking(store(), { demands: [demand('k', 1, 'skip')], requestedAt: at - 8 });
    expect((await store().slots.grant('shop', concurrency('k'))).verdicts).toEqual([
      { ref: refOf(skips), granted: false, reason: 'full', key: 'k', by: null },
    ]);
    const waits = await asking(store(), { requestedAt: at - 7 });
    const newest = await asking(store(), { demands: [demand('k', 1, 'cancel_oldest')], requestedAt: at - 6 });
    expect(await store().slots.grant('shop', concurrency('k'))).toEqual({
      verdicts: [{ ref: refOf(waits), granted: false, reason: 'superseded', key: 'k', by: newest }],
      cancels: [{ run: first, key: 'k', by: newest }],
      wakeAt: null,
    });
    await store().runs.commit([change(first, 1, letsGo(key()))], null);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([newest]);
  });

  it('a rate lets so many in within any span, and says when the next may come', async () => {
    const at = await now();
    const rate = [{ kind: 'rate' as const, key: 'api', limit: 2, perMs: 1_000 }];
    const runs: RunId[] = [];
    for (let place = 0; place < 5; place++) {
      runs.push(await asking(store(), { demands: rate, requestedAt: at + place }));
    }
    const keys = [{ kind: 'rate' as const, key: 'api' }];
    const first = await store().slots.grant('shop', keys);
    expect(grantedRuns(first)).toEqual(runs.slice(0, 2));
    expect(first.wakeAt).toBe(at + 1_000);
    await subject().advanceClock(400);
    // That a start is over makes no room: a rate counts starts.
    await store().runs.commit([change(runs[0] as RunId, 1, letsGo(key()))], null);
    expect(await store().slots.grant('shop', keys)).toEqual({ verdicts: [], cancels: [], wakeAt: at + 1_000 });
    await subject().advanceClock(600);
    expect(grantedRuns(await store().slots.grant('shop', keys))).toEqual(runs.slice(2, 4));
    await subject().advanceClock(999);
    expect(grantedRuns(await store().slots.grant('shop', keys))).toEqual([]);
    await store().slots.sweep();
    await subject().advanceClock(1);
    expect(grantedRuns(await store().slots.grant('shop', keys))).toEqual(runs.slice(4));
  });

  it('each request counts by its own limit', async () => {
    const at = await now();
    const three = await Promise.all(
      [0, 1, 2].map((age) => asking(store(), { demands: [demand('k', 3)], requestedAt: at + age })),
    );
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual(three);
    const low = await asking(store(), { demands: [demand('k', 2)], requestedAt: at + 5 });
    await store().runs.commit([change(three[0] as RunId, 1, letsGo(key()))], null);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([]);
    await store().runs.commit([change(three[1] as RunId, 1, letsGo(key()))], null);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('k')))).toEqual([low]);
  });

  it('tells verdicts again until the run has acted on them, and only then', async () => {
    const run = await asking(store());
    const { verdicts } = await store().slots.grant('shop', concurrency('k'));
    expect(await store().slots.untold({ olderThanMs: 100, limit: 10 })).toEqual([]);
    await subject().advanceClock(100);
    expect(await store().slots.untold({ olderThanMs: 100, limit: 10 })).toEqual(verdicts);
    const taken = { ...key(), request: 0 };
    await store().runs.commit([change(run, 1, { slots: { requests: [], taken: [taken], released: [] } })], null);
    expect(await store().slots.untold({ olderThanMs: 0, limit: 10 })).toEqual([]);
    const refused = await asking(store(), { demands: [demand('k', 1, 'skip')] });
    const full = await store().slots.grant('shop', concurrency('k'));
    expect(await store().slots.untold({ olderThanMs: 0, limit: 10 })).toEqual(full.verdicts);
    await store().runs.commit([change(refused, 1, letsGo(key()))], null);
    expect(await store().slots.untold({ olderThanMs: 0, limit: 10 })).toEqual([]);
  });

  it('a holder that lets go and asks again within one commit waits like anybody', async () => {
    const run = await asking(store());
    await store().slots.grant('shop', concurrency('k'));
    const again = slotRequest({ attempt: 2, requestedAt: (await now()) + 5 });
    const other = await asking(store(), { requestedAt: (await now()) + 1 });
    const { freed } = await store().runs.commit(
      [change(run, 1, { slots: { requests: [again], taken: [], released: [key()] } })],
      null,
    );
    expect(freed).toHaveLength(1);
    expect(grantedRuns(await store().slots.grant('shop', freed))).toEqual([other]);
  });

  it('work that a pause holds lets go of its slots; what a worker has taken keeps them', async () => {
    const holder = worker('one').id;
    const requests = [0, 1].map((step) => slotRequest({ step, demands: [demand('k', 2)] }));
    const run = await createRun(store(), {
      ...asks(...requests),
      work: [work(), work({ step: 1, worker: holder, leasedAt: 1 })],
    });
    expect((await store().slots.grant('shop', concurrency('k'))).verdicts).toHaveLength(2);
    const held = [0, 1].map((step) => wait({ step, kind: 'held', dueAt: null, document: '{}' }));
    const { freed } = await store().runs.commit([change(run, 1, { workHeld: held })], null);
    expect(freed).toEqual([{ workspace: 'shop', kind: 'concurrency', key: 'k' }]);
    const detail = await subject().queries.limitDetail({ workspace: 'shop', kind: 'concurrency', key: 'k' });
    expect(detail?.holders.map(({ step }) => step)).toEqual([1]);
    expect(await store().slots.sweep()).toEqual([]);
  });

  it('names the keys that somebody waits for, page by page', async () => {
    for (const text of ['c', 'a', 'b']) await asking(store(), { demands: [demand(text)] });
    await store().slots.grant('shop', concurrency('b'));
    const first = await store().slots.waitingKeys({ after: null, limit: 1 });
    expect(first.keys).toEqual([{ workspace: 'shop', kind: 'concurrency', key: 'a' }]);
    const rest = await store().slots.waitingKeys({ after: first.next, limit: 5 });
    expect(rest).toEqual({ keys: [{ workspace: 'shop', kind: 'concurrency', key: 'c' }], next: null });
  });

  it('a run that holds something goes first, and what waits in a circle is found', async () => {
    const at = await now();
    const holds = (text: string) =>
      createRun(store(), {
        head: head(),
        work: [work()],
        ...asks(slotRequest({ ...key({ step: -1, attempt: 0 }), demands: [demand(text)], requestedAt: at })),
      });
    const [one, two] = [await holds('a'), await holds('b')];
    expect(grantedRuns(await store().slots.grant('shop', concurrency('a', 'b')))).toEqual([one, two]);
    const runItself = (run: RunId) => [{ step: -1, item: -1, iteration: 0, run }];
    const wants = async (run: RunId, text: string, requestedAt: number) => {
      const request = slotRequest({ demands: [demand(text)], above: runItself(run), requestedAt });
      await store().runs.commit([change(run, 1, asks(request))], null);
    };
    await wants(one, 'b', at + 1);
    const plain = await asking(store(), { demands: [demand('b')], requestedAt: at - 100, priority: 9 });
    expect((await store().slots.untangle({ olderThanMs: 0 })).verdicts).toEqual([]);
    await subject().advanceClock(50);
    expect((await store().slots.untangle({ olderThanMs: 0 })).verdicts).toEqual([]);
    await wants(two, 'a', at + 2);
    expect((await store().slots.untangle({ olderThanMs: 1_000 })).verdicts).toEqual([]);
    expect((await store().slots.untangle({ olderThanMs: 0 })).verdicts).toEqual([
      { ref: refOf(two), granted: false, reason: 'circle', key: 'a', by: null },
    ]);
    expect((await store().slots.untangle({ olderThanMs: 0 })).verdicts).toEqual([]);
    await store().runs.commit([change(two, 2, letsGo(key({ step: -1 })))], null);
    expect(grantedRuns(await store().slots.grant('shop', concurrency('b')))).toEqual([one]);
    expect(plain).not.toBe(one);
  });

  it('finds slots whose holder is gone, and no others', async () => {
    const kept = await asking(store());
    const left = await createRun(store(), { ...asks(slotRequest({ demands: [demand('x')] })), work: [work()] });
    await store().slots.grant('shop', concurrency('k', 'x'));
    expect(await store().slots.sweep()).toEqual([]);
    await store().runs.commit([change(left, 1, { workDone: [key()] })], null);
    expect(await store().slots.sweep()).toEqual([refOf(left)]);
    const ended = await createRun(store(), {
      ...asks(slotRequest(key({ step: -1, attempt: 0 }))),
      head: head({ status: 'queued' }),
    });
    await store().runs.commit([change(ended, 1, { head: head({ status: 'cancelled', endedAt: await now() }) })], null);
    expect(await store().slots.sweep()).toEqual([refOf(ended, { step: -1, attempt: 0 })]);
    expect(await store().slots.sweep()).toEqual([]);
    expect(kept).not.toBe(left);
  });

  it('tells people who holds a limit, who waits in which order, and when a rate has room', async () => {
    const at = await now();
    const { queries } = subject();
    const rate = { kind: 'rate' as const, key: 'api', limit: 1, perMs: 5_000 };
    const [one, two, three] = [
      await asking(store(), { demands: [demand('k', 1), rate], requestedAt: at - 30 }),
      await asking(store(), { demands: [demand('k', 3)], requestedAt: at - 10 }),
      await asking(store(), { demands: [demand('k', 3)], requestedAt: at - 20, priority: 4 }),
    ];
    await asking(store(), { demands: [rate], workspace: 'away' });
    await store().slots.grant('shop', [...concurrency('k'), { kind: 'rate', key: 'api' }]);
    const holds = { limit: 3, perMs: null, held: 2, waiting: 1, waitingSince: at - 30, freeAt: null };
    const k = { workspace: 'shop', kind: 'concurrency', key: 'k', ...holds } as const;
    const idle = { kind: 'rate', key: 'api', limit: 1, perMs: 5_000, held: 0, waiting: 1, freeAt: null } as const;
    const shopRate = { workspace: 'shop', ...idle, waitingSince: at - 30 };
    const all = [{ workspace: 'away', ...idle, waitingSince: 1_800_000_000_000 }, k, shopRate];
    expect(await queries.listLimits({}, 10)).toEqual(all);
    expect(await queries.listLimits({}, 2)).toEqual(all.slice(0, 2));
    expect(await queries.listLimits({ workspace: 'shop', kind: 'rate' }, 10)).toEqual([shopRate]);
    expect(await queries.listLimits({ key: 'k' }, 10)).toEqual([k]);
    const reach = [{ allow: [[{ workspace: 's*' }]], deny: [[{ name: 'k' }]] }];
    expect(await queries.listLimits({ reach }, 10)).toEqual([shopRate]);
    const place = (run: RunId) => ({ run, ...stepKey(key()) });
    expect(await queries.limitDetail({ workspace: 'shop', kind: 'concurrency', key: 'k' })).toEqual({
      ...k,
      holders: [
        { ...place(two), since: at },
        { ...place(three), since: at },
      ],
      waiters: [{ ...place(one), since: at - 30, priority: 0, whenFull: 'queue' }],
    });
    expect(await queries.limitDetail({ workspace: 'shop', kind: 'queue', key: 'k' })).toBeNull();
    await store().runs.commit([change(two, 1, letsGo(key())), change(three, 1, letsGo(key()))], null);
    await store().slots.grant('shop', concurrency('k'));
    expect(await queries.limitDetail({ workspace: 'shop', kind: 'rate', key: 'api' })).toMatchObject({
      waiting: 0,
      freeAt: at + 5_000,
      holders: [],
    });
  });

  it('a long line is read only as far as there is room', async () => {
    const requests = Array.from({ length: 450 }, (_, item) =>
      slotRequest({ ...key({ item }), demands: [demand('k', 250)], requestedAt: 1_800_000_000_000 + item }),
    );
    await createRun(store(), { ...asks(...requests), work: requests.map(({ item }) => work({ item })) });
    const { verdicts } = await store().slots.grant('shop', concurrency('k'));
    expect(verdicts.map(({ ref }) => ref.item)).toEqual(Array.from({ length: 250 }, (_, item) => item));
  });
}
