import { describe, expect, it } from 'vitest';
import { settle } from '../../test/test-engine.ts';
import { createSettableClock, type SettableClock } from '../../testkit/settable-clock.ts';
import { createMemoryStore } from '../memory/index.ts';
import type { AuditDocument, AuditRow, AuditStore, Store } from '../ports/index.ts';
import { genesisHash, hashOfRow, readDocument } from './chain.ts';
import { type Audit, createAudit } from './create-audit.ts';
import { createRemoveOldEntries } from './remove-old-entries.ts';
import { verifyRows } from './verify-rows.ts';

type Subject = Readonly<{ audit: Audit; store: Store; clock: SettableClock; errors: unknown[] }>;

function open(wrap: (store: AuditStore) => AuditStore = (store) => store): Subject {
  const clock = createSettableClock();
  const { store, queries } = createMemoryStore({ now: () => clock.now() });
  const errors: unknown[] = [];
  const wrapped = { ...store, audit: wrap(store.audit) };
  const audit = createAudit({ store: wrapped, queries, clock, onError: (error) => errors.push(error) });
  return { audit, store, clock, errors };
}

/** A second at a time, and what follows from it. */
async function pass({ clock }: Subject, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    clock.advance(Math.min(1_000, ms - passed));
    await settle();
  }
}

const done = { operation: 'setSecret', outcome: 'done' } as const;
const refused = { operation: 'signIn', outcome: 'refused', address: '::1', code: 'sign_in_failed' } as const;
const operations = async ({ store }: Subject): Promise<readonly (string | undefined)[]> =>
  (await store.audit.read(1, 20_000)).map(({ document }) => readDocument(document)?.operation);

describe('writing', () => {
  it('entries that come while others are stored are stored together, in the order in which they came', async () => {
    const sizes: number[] = [];
    const subject = open((store) => ({
      ...store,
      append: (documents) => {
        sizes.push(documents.length);
        return store.append(documents);
      },
    }));
    const first = subject.audit.record({ ...done, operation: 'first' });
    await Promise.resolve();
    const others = Array.from({ length: 450 }, (_, index) => subject.audit.record({ ...done, operation: `o${index}` }));
    expect(await Promise.all([first, ...others])).toEqual(Array.from({ length: 451 }, () => true));
    expect((await operations(subject)).slice(0, 3)).toEqual(['first', 'o0', 'o1']);
    expect(await operations(subject)).toHaveLength(451);
    expect(sizes.length).toBeLessThanOrEqual(4);
  });

  it('entries that nobody waits for are gathered for a moment, or until one comes that somebody waits for', async () => {
    const sizes: number[] = [];
    const subject = open((store) => ({
      ...store,
      append: (documents) => {
        sizes.push(documents.length);
        return store.append(documents);
      },
    }));
    const gather = { gather: true };
    const first = Array.from({ length: 30 }, () => subject.audit.record(done, gather));
    await settle();
    expect(sizes).toEqual([]);
    subject.clock.advance(50);
    expect(await Promise.all(first)).toEqual(Array.from({ length: 30 }, () => true));
    void subject.audit.record(done, gather);
    expect(await subject.audit.record({ ...done, operation: 'last' })).toBe(true);
    expect(sizes).toEqual([30, 2]);
    expect((await operations(subject)).at(-1)).toBe('last');
    // What comes while others are stored is gathered again, up to a batch.
    const more = Array.from({ length: 200 }, () => subject.audit.record(done, gather));
    await Promise.resolve();
    void subject.audit.record(done, gather);
    await Promise.all(more);
    await settle();
    expect(sizes).toEqual([30, 2, 200]);
    await subject.audit.stop();
    expect(sizes).toEqual([30, 2, 200, 1]);
  });

  it('a store that fails is asked again; nobody who records learns of it', async () => {
    let broken = true;
    const subject = open((store) => ({
      ...store,
      append: async (documents) => {
        if (broken) throw new Error('The disk is full.');
        return store.append(documents);
      },
    }));
    const stored = [subject.audit.record(done), subject.audit.record({ ...done, operation: 'other' })];
    await pass(subject, 3_000);
    expect(subject.errors.length).toBeGreaterThanOrEqual(3);
    broken = false;
    await pass(subject, 1_000);
    expect(await Promise.all(stored)).toEqual([true, true]);
    expect(await operations(subject)).toEqual(['setSecret', 'other']);
  });

  it('what does not fit is lost, and the log says how much', async () => {
    let broken = true;
    const subject = open((store) => ({
      ...store,
      append: async (documents) => {
        if (broken) throw new Error('The disk is full.');
        return store.append(documents);
      },
    }));
    const records = Array.from({ length: 10_005 }, () => subject.audit.record(done));
    expect((await Promise.all(records.slice(10_000))).some((stored) => stored)).toBe(false);
    broken = false;
    await pass(subject, 1_000);
    expect((await Promise.all(records)).filter((stored) => !stored)).toHaveLength(5);
    const [told] = (await subject.audit.list({ operation: 'loseAuditEntries' }, { limit: 5, after: null })).items;
    expect(told?.entry).toMatchObject({
      actorKind: 'system',
      object: 'audit',
      outcome: 'failed',
      detail: { count: 5 },
    });
  });

  it('a stop stores what waits, and waits no longer for a store that fails', async () => {
    const good = open();
    void good.audit.record(done);
    await good.audit.stop();
    expect(await operations(good)).toEqual(['setSecret']);
    const bad = open((store) => ({ ...store, append: () => Promise.reject(new Error('It is gone.')) }));
    const lost = bad.audit.record(done);
    await bad.audit.stop();
    expect(await lost).toBe(false);
  });

  it('the same refusal again within a minute is counted, and told of once', async () => {
    const subject = open();
    for (let count = 0; count < 50; count += 1) await subject.audit.record(refused);
    await subject.audit.record({ ...refused, address: '::2' });
    await subject.audit.record({ ...refused, outcome: 'failed' });
    expect(await operations(subject)).toHaveLength(3);
    await pass(subject, 60_000);
    await subject.audit.record(refused);
    const { items } = await subject.audit.list({ operation: 'signIn' }, { limit: 9, after: null });
    expect(items.map(({ entry }) => entry.count)).toEqual([1, 49, 1, 1, 1]);
  });

  it('refusals of more kinds than can be told apart are counted together', async () => {
    const subject = open();
    for (let from = 0; from < 1_200; from += 1) await subject.audit.record({ ...refused, address: `10.0.0.${from}` });
    expect(await operations(subject)).toHaveLength(1_001);
    await subject.audit.stop();
    const { items } = await subject.audit.list({}, { limit: 1, after: null });
    expect(items[0]?.entry).toMatchObject({ address: null, count: 199 });
  });

  it('parts that are too large are left out, and the entry says so', async () => {
    const subject = open();
    await subject.audit.record({ ...done, after: { text: 'x'.repeat(20_000) }, detail: 'short' });
    const { items } = await subject.audit.list({}, { limit: 1, after: null });
    expect(items[0]?.entry).toMatchObject({ after: { omitted: 'too large' }, detail: 'short' });
  });
});

describe('verifying', () => {
  async function filled(count = 20): Promise<Subject> {
    const subject = open();
    for (let at = 1; at <= count; at += 1) await subject.audit.record({ ...done, object: `runs/${at}` });
    return subject;
  }
  const whole = { anchor: null, limit: 100_000 };

  it('a log that nobody touched is right, from the first row or from an anchor, at once or in pieces', async () => {
    const { audit } = await filled(2_500);
    const head = await audit.head();
    expect(await audit.verify(whole)).toEqual({
      findings: [],
      from: 1,
      checked: 2_500,
      last: head,
      next: null,
      anchorRemoved: false,
    });
    let anchor: Awaited<ReturnType<Audit['verify']>>['next'] = null;
    let checked = 0;
    do {
      const verdict = await audit.verify({ anchor, limit: 999 });
      expect(verdict.findings).toEqual([]);
      checked += verdict.checked;
      anchor = verdict.next;
    } while (anchor !== null);
    expect(checked).toBe(2_500);
    expect(await audit.verify({ anchor: head, limit: 10 })).toMatchObject({ findings: [], checked: 0, next: null });
    expect(await open().audit.verify(whole)).toMatchObject({
      findings: [],
      checked: 0,
      last: { number: 0, hash: genesisHash },
    });
  });

  it('exported rows are verified without the store', async () => {
    const { audit } = await filled(1_100);
    const rows: AuditRow[] = [];
    for await (const some of audit.export(1)) rows.push(...some);
    expect(rows).toHaveLength(1_100);
    const start = { number: 0, hash: genesisHash };
    expect(verifyRows(start, rows)).toEqual({ findings: [], last: await audit.head() });
    const without = rows.filter(({ number }) => number !== 7);
    expect(verifyRows(start, without).findings).toMatchObject([{ kind: 'missing', number: 7 }]);
  });

  it('an anchor that the log does not lead to is told of', async () => {
    const { audit } = await filled();
    expect((await audit.verify({ anchor: { number: 21, hash: 'a' }, limit: 100 })).findings).toMatchObject([
      { kind: 'cut_off', number: 20, through: 21 },
    ]);
    expect((await audit.verify({ anchor: { number: 20, hash: 'a'.repeat(64) }, limit: 100 })).findings).toMatchObject([
      { kind: 'forked', number: 20 },
    ]);
  });

  it('a document that nobody can read is a change, also with a hash of its own', async () => {
    const row = { number: 1, previousHash: genesisHash, document: 'nonsense', facts: facts() };
    const good: AuditRow = { ...row, hash: hashOfRow(1, genesisHash, 'nonsense') };
    expect(verifyRows({ number: 0, hash: genesisHash }, [good]).findings).toMatchObject([
      { kind: 'changed', number: 1 },
    ]);
  });

  const facts = (): AuditDocument['facts'] => ({
    at: 1,
    actor: null,
    operation: 'x',
    workspace: null,
    object: null,
    outcome: 'done',
  });
});

describe('retention', () => {
  const day = 24 * 3_600_000;

  it('removes the first entries, says so before, and leaves a log that can be verified', async () => {
    const subject = open();
    const { audit, store, clock } = subject;
    const counted: number[] = [];
    const remove = createRemoveOldEntries({
      audit: store.audit,
      keepMs: 10 * day,
      record: (entry) => audit.record(entry),
      onRemoved: (count) => counted.push(count),
    });
    for (let at = 0; at < 5; at += 1) await audit.record(done);
    const anchor = await audit.head();
    clock.advance(5 * day);
    await audit.record(done);
    const later = await audit.head();
    // Not yet a day more than is kept: entries go together.
    clock.advance(5.5 * day);
    expect(await remove()).toBe(false);
    clock.advance(day);
    while (await remove());
    expect((await store.audit.read(1, 9)).map(({ number }) => number)).toEqual([6, 7]);
    expect(counted.reduce((sum, count) => sum + count)).toBe(5);
    const { items } = await audit.list({ object: 'audit' }, { limit: 1, after: null });
    expect(items[0]?.entry).toMatchObject({
      operation: 'removeAuditEntries',
      detail: { through: 5, hash: anchor.hash },
    });
    expect(await audit.verify({ anchor: null, limit: 100 })).toMatchObject({ findings: [], from: 6, checked: 2 });
    expect(await audit.verify({ anchor: later, limit: 100 })).toMatchObject({ findings: [], anchorRemoved: false });
    expect(await audit.verify({ anchor, limit: 100 })).toMatchObject({ findings: [], from: 6, anchorRemoved: true });
  });

  it('rows that go without a word are missing', async () => {
    const { audit, store } = open();
    for (let at = 0; at < 5; at += 1) await audit.record(done);
    await store.audit.allowRemoval(3);
    await store.audit.remove(3);
    expect((await audit.verify({ anchor: null, limit: 100 })).findings).toMatchObject([
      { kind: 'missing', number: 1, through: 3 },
    ]);
  });
});
