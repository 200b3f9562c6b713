import { expect, it } from 'vitest';
import { newAccount } from './accounts.ts';
import type { ConformanceStore } from './subject.ts';

const lifeMs = 600_000;
const request = {
  challenge: 'c1',
  codeHash: 'h1',
  callback: { port: 40_123, state: 's' },
  machine: 'ada@laptop "1"',
  address: '192.0.2.1',
} as const;
const allowed = { account: 'ada', allowed: true, proofHash: 'p1' } as const;
const unknown = { outcome: 'unknown' };
const waiting = { outcome: 'waiting' };

export function loginRequestFacts(subject: () => ConformanceStore): void {
  it('a request waits until it is answered, and is used up by its verifier and its proof', async () => {
    const { store } = subject();
    const { loginRequests } = store;
    await store.accounts.add(newAccount('ada'));
    const at = await store.now();
    await loginRequests.add(request, lifeMs);
    expect(await loginRequests.find('h1')).toEqual({ ...request, createdAt: at, until: at + lifeMs });
    expect(await loginRequests.find('c1')).toBeNull();
    expect(await loginRequests.take('c1', 'p1')).toEqual(waiting);
    expect(await loginRequests.answer('h1', allowed)).toMatchObject({ challenge: 'c1', callback: request.callback });
    expect(await loginRequests.find('h1')).toBeNull();
    for (const proof of [null, 'p2']) expect(await loginRequests.take('c1', proof)).toEqual(unknown);
    expect(await loginRequests.take('c2', 'p1')).toEqual(unknown);
    expect(await loginRequests.take('c1', 'p1')).toEqual({
      outcome: 'allowed',
      account: 'ada',
      machine: request.machine,
    });
    expect(await loginRequests.take('c1', 'p1')).toEqual(unknown);
  });

  it('of several who answer it, and of several who use it up, one does', async () => {
    const { store, another } = subject();
    const { store: other } = await another();
    await store.accounts.add(newAccount('ada'));
    await store.accounts.add(newAccount('bob'));
    await store.loginRequests.add({ ...request, callback: null }, lifeMs);
    const answers = await Promise.all([
      store.loginRequests.answer('h1', { ...allowed, proofHash: null }),
      other.loginRequests.answer('h1', { account: 'bob', allowed: true, proofHash: null }),
    ]);
    expect(answers.filter((one) => one !== null)).toHaveLength(1);
    const taken = await Promise.all([store.loginRequests.take('c1', null), other.loginRequests.take('c1', null)]);
    expect(taken.map(({ outcome }) => outcome).sort()).toEqual(['allowed', 'unknown']);
  });

  it('one that is refused says so once', async () => {
    const { store } = subject();
    await store.accounts.add(newAccount('ada'));
    await store.loginRequests.add(request, lifeMs);
    await store.loginRequests.answer('h1', { account: 'ada', allowed: false, proofHash: null });
    expect(await store.loginRequests.answer('h1', allowed)).toBeNull();
    expect(await store.loginRequests.take('c1', null)).toEqual({ outcome: 'refused' });
    expect(await store.loginRequests.take('c1', null)).toEqual(unknown);
  });

  it('it ends with its time, before and after the answer, and with the account', async () => {
    const { store, advanceClock } = subject();
    const { loginRequests } = store;
    await store.accounts.add(newAccount('ada'));
    await loginRequests.add(request, lifeMs);
    await loginRequests.add({ ...request, challenge: 'c2', codeHash: 'h2' }, lifeMs);
    await loginRequests.answer('h2', allowed);
    await advanceClock(lifeMs);
    expect(await loginRequests.find('h1')).toBeNull();
    expect(await loginRequests.answer('h1', allowed)).toBeNull();
    for (const challenge of ['c1', 'c2']) expect(await loginRequests.take(challenge, 'p1')).toEqual(unknown);
    // What is over gives its place to the next one.
    await loginRequests.add(request, lifeMs);
    await loginRequests.answer('h1', allowed);
    await store.accounts.remove('ada');
    expect(await loginRequests.take('c1', 'p1')).toEqual(unknown);
    await store.accounts.add(newAccount('ada'));
    expect(await loginRequests.take('c1', 'p1')).toEqual(unknown);
    expect(await loginRequests.answer('h1', { ...allowed, account: 'nobody' })).toBeNull();
  });
}
