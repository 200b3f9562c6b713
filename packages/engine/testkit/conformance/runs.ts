import type { RunId } from '@millrace/core';
import { expect, it } from 'vitest';
import {
  change,
  createRun,
  creation,
  ended,
  freshId,
  head,
  key,
  noChanges,
  only,
  origin,
  stepKey,
  wait,
  work,
} from './samples.ts';
import type { ConformanceStore } from './subject.ts';

export function runFacts(subject: () => ConformanceStore): void {
  it('ids are decimal, never given out twice, and grow within a server', async () => {
    const { store, another } = subject();
    const other = (await another()).store;
    const batches = await Promise.all(
      [1, 100, 3, 2_500].flatMap((n) => [store.runs.allocateIds(n), other.runs.allocateIds(n)]),
    );
    const all = batches.flat();
    expect(all).toHaveLength(2 * 2_604);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((id) => /^[1-9]\d*$/.test(id))).toBe(true);
    const own = batches
      .filter((_, index) => index % 2 === 0)
      .flat()
      .map(BigInt);
    expect(own).toEqual(own.toSorted((left, right) => (left < right ? -1 : 1)));
  });

  it('a created run is loaded with everything that was given', async () => {
    const { store } = subject();
    const id = await freshId(store);
    const parent = await createRun(store);
    const given = origin(id, {
      trigger: { type: 'workflow', note: 'ä "quoted" \\ \u0000 \u001f 😀' },
      parent: { run: parent, ...key({ step: 3, item: 5, iteration: 2, attempt: 4 }) },
      depth: 1,
      startKey: 'key\u0000"\u001e,{}',
      tags: ['a', 'b c', '"\\,{}'],
      priority: -7,
    });
    const rows = {
      head: head({
        control: '{"vars":{"a":1}}',
        output: '[1]',
        error: { code: 'x', message: 'y\u0000', details: { z: [null] } },
      }),
      attempts: [
        ended({
          step: 1,
          item: 2,
          iteration: 3,
          attempt: 4,
          error: { code: 'c', message: 'm' },
          reason: 'worker_lost',
        }),
        ended({
          attempt: 0,
          status: 'skipped',
          readyAt: null,
          startedAt: null,
          worker: null,
          input: null,
          output: null,
        }),
      ],
      work: [work({ step: 2, worker: ended().worker, leasedAt: 1_700_000_000_009, priority: 9 }), work({ step: 4 })],
      waits: [
        wait({ step: -1, kind: 'run_timeout' }),
        wait({ step: 5, kind: 'items', dueAt: null, document: '[1,2]' }),
      ],
    };
    const outcome = await store.runs.commit(
      [
        {
          id,
          expectedVersion: 0,
          create: { origin: given, input: '{"in":"put"}' },
          changes: { ...noChanges, ...rows },
          delivered: [],
        },
      ],
      null,
    );
    expect(outcome).toEqual({ committed: new Set([id]), freed: [], now: await store.now() });
    const run = only(await store.runs.load([id]));
    expect(run.run).toEqual({ ...given, ...rows.head, version: 1, createdAt: outcome.now, input: '{"in":"put"}' });
    expect(run.attempts).toEqual(rows.attempts.toReversed());
    expect(run.work).toEqual(rows.work);
    expect(run.waits).toEqual(rows.waits);
    expect(await store.runs.origin(id)).toEqual(given);
    expect(await store.runs.status(id)).toBe('running');
  });

  it('runs are loaded in the order asked for, each once, without those that do not exist', async () => {
    const { store } = subject();
    const [one, two] = [await createRun(store), await createRun(store)];
    const loaded = await store.runs.load([two, '999999999' as RunId, one, two]);
    expect(loaded.map(({ run }) => run.id)).toEqual([two, one]);
    expect(await store.runs.load([])).toEqual([]);
    expect(await store.runs.origin('999999999' as RunId)).toBeNull();
    expect(await store.runs.status('999999999' as RunId)).toBeNull();
    await store.runs.commit(
      [change(two, 1, { head: head({ status: 'succeeded', endedAt: 1_700_000_000_002 }) })],
      null,
    );
    expect([...(await store.runs.statuses([two, '999999999' as RunId, one, two]))].sort()).toEqual([
      [one, 'running'],
      [two, 'succeeded'],
    ]);
    expect((await store.runs.statuses([])).size).toBe(0);
  });

  it('a commit raises the version by one, and a head that did not change stays', async () => {
    const { store } = subject();
    const id = await createRun(store, { head: head({ control: '{"vars":{}}' }) });
    await store.runs.commit([change(id, 1)], null);
    await store.runs.commit([change(id, 2, { attempts: [ended()] })], null);
    const { run, attempts } = only(await store.runs.load([id]));
    expect(run).toMatchObject({ version: 3, ...head({ control: '{"vars":{}}' }) });
    expect(attempts).toEqual([ended()]);
    await store.runs.commit([change(id, 3, { head: head({ status: 'succeeded', endedAt: 5, output: '1' }) })], null);
    expect(only(await store.runs.load([id])).run).toMatchObject({
      version: 4,
      status: 'succeeded',
      endedAt: 5,
      control: null,
    });
  });

  it('a run whose version is another one is left alone, and none of its rows is written', async () => {
    const { store } = subject();
    const [winner, late, missing] = [await createRun(store), await createRun(store), await freshId(store)];
    await store.runs.commit([change(late, 1)], null);
    const rows = {
      attempts: [ended()],
      work: [work({ step: 1 })],
      waits: [wait()],
      outbox: [message],
      head: head({ status: 'failed' }),
    };
    const batch = [
      change(late, 1, rows),
      change(winner, 1, rows),
      change(missing, 4, rows),
      change(late, 1, rows),
    ].slice(0, 3);
    const { committed } = await store.runs.commit(batch, null);
    expect(committed).toEqual(new Set([winner]));
    expect(only(await store.runs.load([late]))).toMatchObject({
      run: { version: 2, status: 'running' },
      attempts: [],
      work: [],
      waits: [],
    });
    expect(await store.runs.load([missing])).toEqual([]);
    const messages = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 10 });
    expect(messages.map(({ key: at }) => at)).toEqual([{ run: winner, version: 2, ordinal: 0 }]);
  });

  it('a loser changes nothing of what was there: work, waits and messages stay', async () => {
    const { store } = subject();
    const id = await createRun(store, {
      work: [work(), work({ step: 1, worker: ended().worker })],
      waits: [wait()],
      outbox: [message],
    });
    await store.runs.commit([change(id, 1)], null);
    const before = await store.runs.load([id]);
    const { committed } = await store.runs.commit(
      [
        {
          ...change(id, 1, {
            workDone: [key()],
            work: [work({ attempt: 2 })],
            workCancelled: [key({ step: 1 })],
            waitsDone: [{ ...stepKey(key()), kind: 'retry' }],
            waits: [wait({ kind: 'timer' })],
          }),
          delivered: [{ run: id, version: 1, ordinal: 0 }],
        },
      ],
      null,
    );
    expect(committed.size).toBe(0);
    expect(await store.runs.load([id])).toEqual(before);
    expect(await store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 10 })).toHaveLength(1);
  });

  it('a run that exists is not created again', async () => {
    const { store } = subject();
    const id = await createRun(store);
    const again = creation(id, { work: [work()] }, { workflow: 'other', tags: ['again'] });
    expect((await store.runs.commit([again], null)).committed.size).toBe(0);
    expect(only(await store.runs.load([id]))).toMatchObject({ run: { workflow: 'order', version: 1 }, work: [] });
  });

  it('one attempt ends and the next of the same step is ready within one commit', async () => {
    const { store } = subject();
    const worker = ended().worker;
    const id = await createRun(store, { work: [work({ worker }), work({ step: 1 })] });
    await store.runs.commit(
      [
        change(id, 1, {
          attempts: [ended({ status: 'failed', final: false }), ended({ step: 1 })],
          workDone: [key(), key({ step: 1 }), key({ step: 2 })],
          work: [work({ attempt: 2 }), work({ step: 2, attempt: 2 })],
        }),
      ],
      null,
    );
    expect(only(await store.runs.load([id])).work).toEqual([work({ attempt: 2 }), work({ step: 2, attempt: 2 })]);
    if (worker !== null) expect(await store.work.heldBy(worker)).toEqual([]);
  });

  it('ending work names the attempt: the work of another attempt stays', async () => {
    const { store } = subject();
    const id = await createRun(store, { work: [work({ attempt: 2 })] });
    await store.runs.commit([change(id, 1, { workDone: [key({ attempt: 1 })] })], null);
    expect(only(await store.runs.load([id])).work).toHaveLength(1);
  });

  it('a wait that is set again takes the place of the one before', async () => {
    const { store } = subject();
    const id = await createRun(store, { waits: [wait(), wait({ kind: 'step_timeout' })] });
    const next = wait({ attempt: 2, dueAt: 1_800_000_009_000, document: '{"x":1}' });
    await store.runs.commit(
      [change(id, 1, { waits: [next], waitsDone: [{ ...stepKey(key()), kind: 'step_timeout' }] })],
      null,
    );
    expect(only(await store.runs.load([id])).waits).toEqual([next]);
  });

  it('an attempt that has ended cannot end again, and the commit that tries it changes nothing', async () => {
    const { store } = subject();
    const [id, other] = [await createRun(store, { attempts: [ended()] }), await createRun(store)];
    const attempt = store.runs.commit(
      [change(other, 1), change(id, 1, { attempts: [ended({ status: 'failed' })] })],
      null,
    );
    await expect(attempt).rejects.toThrow();
    const loaded = await store.runs.load([id, other]);
    expect(loaded.map(({ run }) => run.version)).toEqual([1, 1]);
    expect(only(only(loaded.slice(0, 1)).attempts)).toEqual(ended());
  });

  it('a run that occurs twice in a batch is refused', async () => {
    const { store } = subject();
    const id = await createRun(store);
    await expect(store.runs.commit([change(id, 1), change(id, 2)], null)).rejects.toThrow(/twice/);
  });

  it('an empty commit tells the time', async () => {
    const { store } = subject();
    expect(await store.runs.commit([], null)).toEqual({ committed: new Set(), freed: [], now: await store.now() });
  });

  it('children that have not ended are found', async () => {
    const { store } = subject();
    const parent = await createRun(store);
    const of = { parent: { run: parent, ...key() }, depth: 1 };
    const children = [await createRun(store, {}, of), await createRun(store, {}, of), await createRun(store, {}, of)];
    await createRun(store);
    const [first = parent, , third = parent] = children;
    await store.runs.commit([change(first, 1, { head: head({ status: 'cancelled' }) }), change(third, 1)], null);
    expect(await store.runs.liveChildren(parent)).toEqual(children.slice(1));
    expect(await store.runs.liveChildren(first)).toEqual([]);
  });

  it('start keys are unique within a workspace', async () => {
    const { store } = subject();
    for (const startKey of ['one', 'ünï "\u0000\u001f', 'x'.repeat(10_000)]) {
      const id = await createRun(store, {}, { startKey });
      const [again, elsewhere] = [await freshId(store), await freshId(store)];
      const { committed } = await store.runs.commit(
        [
          creation(again, { work: [work()] }, { startKey, tags: ['t'] }),
          creation(elsewhere, {}, { startKey, workspace: 'other' }),
        ],
        null,
      );
      expect(committed).toEqual(new Set([elsewhere]));
      expect(await store.runs.findByStartKey('shop', startKey)).toBe(id);
      expect(await store.runs.findByStartKey('other', startKey)).toBe(elsewhere);
      expect(await store.runs.load([again])).toEqual([]);
    }
    expect(await store.runs.findByStartKey('shop', 'x'.repeat(9_999))).toBeNull();
  });

  it('of two new runs of one batch with the same start key the first wins', async () => {
    const { store } = subject();
    const [one, two, three] = [await freshId(store), await freshId(store), await freshId(store)];
    const { committed } = await store.runs.commit(
      [creation(two, { work: [work()] }, { startKey: 'k' }), creation(one, {}, { startKey: 'k' }), creation(three)],
      null,
    );
    expect(committed).toEqual(new Set([one, three]));
    expect(await store.runs.findByStartKey('shop', 'k')).toBe(one);
  });
}

const message = { kind: 'cancel_children', from: null, reason: null, by: 'test' } as const;
