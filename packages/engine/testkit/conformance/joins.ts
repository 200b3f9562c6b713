import { noBounds } from '@millrace/core';
import { expect, it } from 'vitest';
import { change, createRun, key, ref, work, worker } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const token = (id: string) => ({
  id,
  hash: `h ${id}`,
  name: 'build "ä"',
  bounds: { ...noBounds, queues: ['build'] },
  createdBy: 'root',
  lifeMs: null,
  mostUses: null,
});
const request = (joinToken: string, id: string, own = `own ${id}`) => ({
  joinToken: { id: joinToken, hash: `h ${joinToken}` },
  worker: { id, hash: own, name: `worker ${id}` },
  forgetMs: 1_000_000,
});

export function joinFacts(subject: () => ConformanceStore): void {
  it('a worker joins with a token, and has its bounds from it', async () => {
    const { store, advanceClock } = subject();
    const at = await store.now();
    const added = await store.joins.addToken({ ...token('t1'), lifeMs: 1_000, mostUses: 2 });
    const { hash: _, lifeMs: __, ...shown } = token('t1');
    const fresh = { createdAt: at, until: at + 1_000, uses: 0, usedAt: null };
    expect(added).toEqual({ ...shown, mostUses: 2, ...fresh });
    expect(await store.joins.getToken('t1')).toEqual(added);
    await advanceClock(5);
    const joined = await store.joins.join(request('t1', 'w1'));
    expect(joined).toEqual({
      id: 'w1',
      name: 'worker w1',
      bounds: shown.bounds,
      joinToken: 't1',
      joinedAt: at + 5,
      usedAt: at + 5,
      rotatedAt: at + 5,
      revokedAt: null,
      revokedBy: null,
    });
    expect(await store.joins.getToken('t1')).toMatchObject({ uses: 1, usedAt: at + 5 });
    expect(await store.joins.shown('w1', 'own w1')).toEqual({ worker: joined, is: 'current' });
    expect(await store.joins.shown('w1', 'h t1')).toEqual({ worker: joined, is: 'wrong' });
    expect(await store.joins.shown('w2', 'own w1')).toBeNull();
  });

  it('a token that expired, is used up, wrong or removed lets nobody in', async () => {
    const { store, advanceClock } = subject();
    await store.joins.addToken({ ...token('once'), mostUses: 1 });
    await store.joins.addToken({ ...token('short'), lifeMs: 1_000 });
    await store.joins.addToken(token('gone'));
    expect(await store.joins.join({ ...request('once', 'w1'), joinToken: { id: 'once', hash: 'h' } })).toBeNull();
    expect(await store.joins.join(request('none', 'w1'))).toBeNull();
    expect(await store.joins.join(request('once', 'w1'))).not.toBeNull();
    expect(await store.joins.join(request('once', 'w2'))).toBeNull();
    expect(await store.joins.removeToken('gone')).toBe(true);
    expect(await store.joins.removeToken('gone')).toBe(false);
    expect(await store.joins.join(request('gone', 'w2'))).toBeNull();
    await advanceClock(1_000);
    expect(await store.joins.join(request('short', 'w2'))).toBeNull();
    expect((await store.joins.tokens()).map(({ id, uses }) => [id, uses])).toEqual([
      ['once', 1],
      ['short', 0],
    ]);
    expect(await store.joins.list(10)).toHaveLength(1);
  });

  it('a worker that asks again is given as it is and uses nothing; another with its id is refused', async () => {
    const { store } = subject();
    await store.joins.addToken({ ...token('once'), mostUses: 1 });
    await store.joins.addToken(token('many'));
    const joined = await store.joins.join(request('once', 'w1'));
    expect(await store.joins.join(request('once', 'w1'))).toEqual(joined);
    expect(await store.joins.join(request('none', 'w1'))).toEqual(joined);
    expect(await store.joins.join(request('many', 'w1', 'of a thief'))).toBeNull();
    expect((await store.joins.tokens()).map(({ uses }) => uses).sort()).toEqual([0, 1]);
  });

  it('of many that join at once, as many get in as the token lets in', async () => {
    const { store } = subject();
    await store.joins.addToken({ ...token('two'), mostUses: 2 });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.joins.join(request('two', `w${index}`))),
    );
    expect(outcomes.filter((joined) => joined !== null)).toHaveLength(2);
    expect(await store.joins.list(10)).toHaveLength(2);
    expect(await store.joins.getToken('two')).toMatchObject({ uses: 2 });
  });

  it('a token that was replaced is good for a moment, and then known as spent', async () => {
    const { store, advanceClock } = subject();
    await store.joins.addToken(token('t1'));
    await store.joins.join(request('t1', 'w1'));
    const is = async (hash: string) => (await store.joins.shown('w1', hash))?.is;
    expect(await store.joins.rotate('w1', 'wrong', 'second', 1_000)).toBe(false);
    expect(await store.joins.rotate('w1', 'own w1', 'second', 1_000)).toBe(true);
    expect([await is('own w1'), await is('second')]).toEqual(['previous', 'current']);
    expect(await store.joins.rotate('w1', 'own w1', 'third', 1_000)).toBe(false);
    await advanceClock(1_000);
    expect([await is('own w1'), await is('second'), await is('third')]).toEqual(['spent', 'current', 'wrong']);
    expect(await store.joins.shown('w1', 'second')).toMatchObject({
      worker: { rotatedAt: (await store.now()) - 1_000 },
    });
    expect(await store.joins.rotate('w1', 'second', 'third', 1_000)).toBe(true);
    expect([await is('own w1'), await is('second'), await is('third')]).toEqual(['wrong', 'previous', 'current']);
  });

  it('the hashes of a worker, for what its attempts sign, are those of its token and of the one before, until it is revoked', async () => {
    const { store, advanceClock } = subject();
    await store.joins.addToken(token('t1'));
    await store.joins.join(request('t1', 'w1'));
    expect(await store.joins.hashesOf('w1')).toEqual({ hash: 'own w1', previous: null });
    expect(await store.joins.hashesOf('w2')).toBeNull();
    const until = (await store.now()) + 1_000;
    await store.joins.rotate('w1', 'own w1', 'second', 1_000);
    await advanceClock(5_000);
    expect(await store.joins.hashesOf('w1')).toEqual({ hash: 'second', previous: { hash: 'own w1', until } });
    await store.joins.revoke('w1', 'ada');
    expect(await store.joins.hashesOf('w1')).toBeNull();
  });

  it('the use of a good token is noted once a minute, that of another not at all', async () => {
    const { store, advanceClock } = subject();
    await store.joins.addToken(token('t1'));
    const at = (await store.joins.join(request('t1', 'w1')))?.usedAt ?? 0;
    const usedAt = async (hash: string) => (await store.joins.shown('w1', hash))?.worker.usedAt;
    await advanceClock(59_999);
    expect(await usedAt('own w1')).toBe(at);
    await advanceClock(1);
    expect(await usedAt('wrong')).toBe(at);
    expect(await usedAt('own w1')).toBe(at + 60_000);
    await store.joins.revoke('w1', 'ada');
    await advanceClock(60_000);
    expect(await usedAt('own w1')).toBe(at + 60_000);
  });

  it('a worker that is revoked loses its processes, and with them what they hold; others keep theirs', async () => {
    const { store, advanceClock } = subject();
    await store.joins.addToken(token('t1'));
    for (const id of ['Abcdefghij', 'Abcdefghi0']) await store.joins.join(request('t1', id));
    const [one, two, other] = ['Abcdefghij.a', 'Abcdefghij.b', 'Abcdefghi0.a'].map(worker);
    if (one === undefined || two === undefined || other === undefined) throw new Error('There are three.');
    for (const each of [one, two, other]) await store.workers.register(each, 1_000);
    const id = await createRun(store, {
      work: [work({ worker: one.id }), work({ step: 1, worker: two.id }), work({ step: 2, worker: other.id })],
    });
    const at = await store.now();
    expect(await store.joins.revoke('Abcdefghij', 'ada')).toMatchObject({ revokedAt: at, revokedBy: 'ada' });
    await advanceClock(5);
    expect(await store.joins.revoke('Abcdefghij', 'bob')).toMatchObject({ revokedAt: at, revokedBy: 'ada' });
    expect(await store.joins.revoke('nobody', 'ada')).toBeNull();
    expect((await store.workers.renew([one.id, two.id, other.id], 1_000)).alive).toEqual([other.id]);
    expect(await store.workers.expired(10)).toEqual([
      { worker: one.id, held: [ref(id)] },
      { worker: two.id, held: [ref(id, { step: 1 })] },
    ]);
    expect(await store.joins.rotate('Abcdefghij', 'own Abcdefghij', 'second', 1_000)).toBe(false);
    expect(await store.joins.shown('Abcdefghij', 'own Abcdefghij')).toMatchObject({ worker: { revokedBy: 'ada' } });
  });

  it('what processes of a joined worker hold is told of a list, by itself or with its local run', async () => {
    const { store } = subject();
    const [mine, again, other] = ['Abcdefghij.a', 'Abcdefghij.b', 'Abcdefghi0.a'].map((id) => worker(id).id);
    if (mine === undefined || again === undefined || other === undefined) throw new Error('There are three.');
    const id = await createRun(store, {
      work: [
        work({ worker: mine }),
        work({ step: 1, worker: again }),
        work({ step: 2, worker: other }),
        work({ step: 3 }),
        work({ step: 4, worker: mine }),
      ],
    });
    const local = await createRun(store, { work: [work({ step: -1, worker: mine })] });
    const foreign = await createRun(store, { work: [work({ step: -1, worker: other })] });
    await store.runs.commit([change(id, 1, { workDone: [key({ step: 4 })] })], null);
    const refs = [
      ref(id),
      ref(id, { attempt: 2 }),
      ref(id, { step: 1 }),
      ref(id, { step: 2 }),
      ref(id, { step: 3 }),
      ref(id, { step: 4 }),
      ref(local, { step: 7, iteration: 3 }),
      ref(foreign, { step: 7 }),
    ];
    expect(await store.work.heldAmong('Abcdefghij', refs)).toEqual([0, 2, 6]);
    expect(await store.work.heldAmong('Abcdefghij', [])).toEqual([]);
    expect(await store.work.heldAmong('nobody', refs)).toEqual([]);
  });

  it('those that nobody heard of for long are forgotten when another joins; the others are listed by when they were', async () => {
    const { store, advanceClock } = subject();
    await store.joins.addToken(token('t1'));
    for (const id of ['w1', 'w2']) await store.joins.join(request('t1', id));
    await advanceClock(600_000);
    await store.joins.shown('w2', 'own w2');
    await advanceClock(600_000);
    await store.joins.join(request('t1', 'w3'));
    expect((await store.joins.list(10)).map(({ id }) => id)).toEqual(['w3', 'w2']);
    expect((await store.joins.list(1)).map(({ id }) => id)).toEqual(['w3']);
  });
}
