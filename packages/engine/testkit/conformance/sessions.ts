import { expect, it } from 'vitest';
import { newAccount } from './accounts.ts';
import type { ConformanceStore } from './subject.ts';

const tokens = (number: number) => ({ accessHash: `a${number}`, accessMs: 100, refreshHash: `r${number}` });
const grace = 10;

async function begin({ store }: ConformanceStore, id = 's') {
  if ((await store.accounts.get('ada')) === null) await store.accounts.add(newAccount('ada'));
  const own = id === 's' ? tokens(1) : { accessHash: `a ${id}`, accessMs: 100, refreshHash: `r ${id}` };
  return store.sessions.begin({ id, account: 'ada', address: '::1', agent: 'Firefox "ä"', lifeMs: 1000, ...own });
}

export function sessionFacts(subject: () => ConformanceStore): void {
  it('an access token finds its session for its time', async () => {
    const { store, advanceClock } = subject();
    const session = await begin(subject());
    const at = await store.now();
    const times = { createdAt: at, renewedAt: at, until: at + 1000 };
    expect(session).toEqual({ id: 's', account: 'ada', address: '::1', agent: 'Firefox "ä"', ...times });
    expect((await store.sessions.find('a1'))?.session).toEqual(session);
    expect(await store.sessions.find('r1')).toBeNull();
    await advanceClock(99);
    expect((await store.sessions.find('a1'))?.session).toEqual(session);
    await advanceClock(1);
    expect(await store.sessions.find('a1')).toBeNull();
  });

  it('a refresh token is good once: the old tokens go, new ones come, the end stays', async () => {
    const { store, advanceClock } = subject();
    const { until } = await begin(subject());
    await advanceClock(500);
    const at = await store.now();
    expect(await store.sessions.renew('r1', tokens(2), grace)).toMatchObject({
      outcome: 'renewed',
      session: { id: 's', renewedAt: at, until },
    });
    expect(await store.sessions.find('a1')).toBeNull();
    expect(await store.sessions.find('a2')).toMatchObject({ session: { id: 's' } });
    await advanceClock(500);
    expect(await store.sessions.renew('r2', tokens(3), grace)).toEqual({ outcome: 'unknown' });
    expect(await store.sessions.renew('none', tokens(4), grace)).toEqual({ outcome: 'unknown' });
  });

  it('a refresh token used again a moment later gets nothing; used again later it ends the whole session', async () => {
    const { store, advanceClock } = subject();
    await begin(subject());
    await store.sessions.renew('r1', tokens(2), grace);
    expect(await store.sessions.renew('r1', tokens(3), grace)).toEqual({ outcome: 'just_spent' });
    expect(await store.sessions.find('a2')).not.toBeNull();
    await advanceClock(grace);
    await store.sessions.renew('r2', tokens(4), grace);
    expect(await store.sessions.renew('r1', tokens(5), grace)).toMatchObject({
      outcome: 'reused',
      session: { id: 's', account: 'ada' },
    });
    expect(await store.sessions.find('a4')).toBeNull();
    expect(await store.sessions.renew('r4', tokens(6), grace)).toEqual({ outcome: 'unknown' });
    expect(await store.sessions.renew('r1', tokens(7), grace)).toEqual({ outcome: 'unknown' });
  });

  it('of several servers that renew with the same token at once, one gets new tokens', async () => {
    const { store, another } = subject();
    await begin(subject());
    const { store: other } = await another();
    const outcomes = await Promise.all(
      [store, other, store, other].map((one, index) => one.sessions.renew('r1', tokens(10 + index), grace)),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      'just_spent',
      'just_spent',
      'just_spent',
      'renewed',
    ]);
  });

  it('sessions end one by one or all of an account; lists have the others', async () => {
    const { store, advanceClock } = subject();
    await begin(subject(), 'one');
    await advanceClock(1);
    await begin(subject(), 'two');
    await begin(subject(), 'three');
    expect((await store.sessions.list('ada')).map(({ id }) => id)).toEqual(['two', 'three', 'one']);
    expect(await store.sessions.end('two')).toBe(true);
    expect(await store.sessions.end('two')).toBe(false);
    expect(await store.sessions.find('a two')).toBeNull();
    expect(await store.sessions.endAll('ada')).toBe(2);
    expect(await store.sessions.list('ada')).toEqual([]);
    expect(await store.sessions.renew('r one', tokens(1), grace)).toEqual({ outcome: 'unknown' });
  });
}
