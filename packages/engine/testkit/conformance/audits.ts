import { reachOf } from '@millrace/core';
import { expect, it } from 'vitest';
import { documentOf, genesisHash, hashOfRow } from '../../src/audit/chain.ts';
import type { AuditEntry } from '../../src/ports/index.ts';
import type { ConformanceStore } from './subject.ts';

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: 1_800_000_000_000,
  actor: 'ada',
  actorKind: 'user',
  session: 's1',
  apiKey: null,
  address: '::1',
  operation: 'setSecret',
  workspace: 'shop',
  object: 'workspaces/shop/secrets/TOKEN',
  outcome: 'done',
  code: null,
  count: 1,
  before: null,
  after: { key: 'k "ä" \u0000\ud800', 2: true },
  detail: null,
  request: 'r-1',
  ...more,
});

const document = (more: Partial<AuditEntry> = {}) => documentOf(entry(more));
const page = { limit: 100, after: null };

export function auditFacts(subject: () => ConformanceStore): void {
  it('rows follow each other in a chain, in the order in which they were given', async () => {
    const { store } = subject();
    expect(await store.audit.head()).toEqual({ number: 0, hash: genesisHash });
    const documents = [document(), document({ actor: null, workspace: null, object: null, outcome: 'refused' })];
    const end = await store.audit.append(documents);
    const more = await store.audit.append([document({ operation: 'third' })]);
    const rows = await store.audit.read(1, 10);
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
    let before = genesisHash;
    for (const { number, previousHash, hash, document } of rows) {
      expect(previousHash).toBe(before);
      expect(hash).toBe(hashOfRow(number, before, document));
      before = hash;
    }
    expect(rows.slice(0, 2).map(({ document, facts }) => ({ document, facts }))).toEqual(documents);
    expect(end).toEqual({ number: 2, hash: rows[1]?.hash });
    expect(more).toEqual({ number: 3, hash: rows[2]?.hash });
    expect(await store.audit.head()).toEqual(more);
    expect((await store.audit.read(2, 1)).map(({ number }) => number)).toEqual([2]);
  });

  it('names that no column holds are stored as near as can be', async () => {
    const { store, queries } = subject();
    const { facts } = document({ object: 'workspaces/a\u0000b/\ud800', actor: 'x'.repeat(600) });
    expect(facts).toMatchObject({ object: 'workspaces/a\ufffdb/\ufffd', actor: 'x'.repeat(500) });
    await store.audit.append([document({ object: 'workspaces/a\u0000b/\ud800' })]);
    expect((await queries.listAudit({ object: 'workspaces/a\ufffdb/\ufffd' }, page)).items).toHaveLength(1);
  });

  it('several servers that append at once make one chain without a gap', async () => {
    const { store, another } = subject();
    const { store: other } = await another();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? store : other).audit.append([
          document({ operation: `o${index}`, detail: 'first' }),
          document({ operation: `o${index}`, detail: 'second' }),
        ]),
      ),
    );
    const rows = await store.audit.read(1, 200);
    expect(rows).toHaveLength(80);
    let before = genesisHash;
    for (const [index, row] of rows.entries()) {
      expect(row.number).toBe(index + 1);
      expect(row.hash).toBe(hashOfRow(row.number, before, row.document));
      before = row.hash;
    }
    // What came together stays together.
    for (let at = 0; at < 80; at += 2) expect(rows[at]?.facts.operation).toBe(rows[at + 1]?.facts.operation);
    expect(await other.audit.head()).toEqual({ number: 80, hash: before });
  });

  it('lists are found by who, what, where, when and what came of it, newest first, a page at a time', async () => {
    const { store, queries } = subject();
    await store.audit.append([
      document({ at: 1, actor: 'ada', operation: 'a', object: 'runs/1', workspace: 'x' }),
      document({ at: 2, actor: 'bob', operation: 'b', object: 'runs/12', workspace: 'y' }),
      document({ at: 3, actor: 'bob', operation: 'a', object: 'runs/1/steps/2', outcome: 'failed', workspace: null }),
      document({ at: 4, actor: null, operation: 'c', object: null, outcome: 'refused', workspace: 'x' }),
      document({ at: 5, actor: 'ada', operation: 'c', object: 'runs', workspace: 'x' }),
    ]);
    const found = async (filter: Parameters<typeof queries.listAudit>[0]) =>
      (await queries.listAudit(filter, page)).items.map(({ number }) => number);
    expect(await found({})).toEqual([5, 4, 3, 2, 1]);
    expect(await found({ actor: 'bob' })).toEqual([3, 2]);
    expect(await found({ operation: 'c' })).toEqual([5, 4]);
    expect(await found({ object: 'runs/1' })).toEqual([3, 1]);
    expect(await found({ object: 'runs' })).toEqual([5, 3, 2, 1]);
    expect(await found({ outcome: 'refused' })).toEqual([4]);
    expect(await found({ workspace: 'x' })).toEqual([5, 4, 1]);
    expect(await found({ since: 2, until: 4 })).toEqual([3, 2]);
    expect(await found({ actor: 'ada', since: 2 })).toEqual([5]);
    const first = await queries.listAudit({}, { limit: 2, after: null });
    expect(first.items.map(({ number }) => number)).toEqual([5, 4]);
    const second = await queries.listAudit({}, { limit: 3, after: first.next });
    expect(second.items.map(({ number }) => number)).toEqual([3, 2, 1]);
    expect(second.next).toBeNull();
    expect((await queries.listAudit({}, { limit: 2, after: 'x' })).items).toHaveLength(0);
  });

  it('within a reach there are the entries of its workspaces only', async () => {
    const { store, queries } = subject();
    await store.audit.append([
      document({ workspace: 'x' }),
      document({ workspace: 'y' }),
      document({ workspace: null }),
    ]);
    const grants = [{ effect: 'allow', permission: 'audit:read', where: {} }] as const;
    const roles = [{ role: { name: 'auditor', description: '', grants }, where: { workspace: 'x' } }];
    const reach = reachOf({ actor: 'ada', roles, scopes: null }, 'audit:read');
    const { items } = await queries.listAudit({ reach }, page);
    expect(items.map(({ facts }) => facts.workspace)).toEqual(['x']);
  });

  it('only the first rows go, only when that was allowed, and the numbers go on', async () => {
    const { store } = subject();
    const now = await store.now();
    const old = document({ at: now - 1_000 });
    await store.audit.append([old, old, document({ at: now }), old]);
    expect(await store.audit.lastOlderThan(2_000)).toBeNull();
    const last = await store.audit.lastOlderThan(500);
    expect(last).toEqual({ number: 2, hash: (await store.audit.read(2, 1))[0]?.hash });
    expect(await store.audit.remove(10)).toBe(0);
    await store.audit.allowRemoval(2);
    await store.audit.allowRemoval(1);
    expect(await store.audit.remove(1)).toBe(1);
    expect((await store.audit.read(1, 10)).map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(await store.audit.remove(10)).toBe(1);
    expect(await store.audit.remove(10)).toBe(0);
    expect((await store.audit.append([old])).number).toBe(5);
    expect(await store.audit.lastOlderThan(-1)).toMatchObject({ number: 5 });
  });
}
