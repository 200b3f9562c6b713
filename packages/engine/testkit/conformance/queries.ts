import type { RunId, Selector } from '@millrace/core';
import { expect, it } from 'vitest';
import type { ApprovalFilter, Queries, RunFilter } from '../../src/ports/index.ts';
import { change, createRun, ended, head, key, lane, only, otherLane, stepKey, wait, work, worker } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

export function queryFacts(subject: () => ConformanceStore): void {
  /** Runs of all kinds: two workspaces, two workflows each, every status, tags, children, over some hours. */
  async function variousRuns(): Promise<Readonly<{ ids: readonly RunId[]; start: number }>> {
    const { store, advanceClock } = subject();
    const start = await store.now();
    const ids: RunId[] = [];
    const statuses = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled', 'timed_out'] as const;
    for (let index = 0; index < 42; index++) {
      const parent = index % 4 === 3 ? { run: ids[0] ?? ('1' as RunId), ...key({ step: index }) } : null;
      ids.push(
        await createRun(
          store,
          { head: head({ status: statuses[index % 7] ?? 'queued' }) },
          {
            workspace: index % 3 === 0 ? 'a' : 'b',
            workflow: index % 2 === 0 ? 'x' : 'y',
            tags: index % 5 === 0 ? ['five', `n"${index}`] : [],
            parent,
            depth: parent === null ? 0 : 1,
            rerunOf: index % 6 === 5 ? { run: ids[2] ?? ('1' as RunId), from: [{ type: 'failed' }] } : null,
          },
        ),
      );
      await advanceClock(1_800_000);
    }
    return { ids, start };
  }

  it('every filter gives exactly the runs it means, newest first, in pages without gaps or repetitions', {
    timeout: 60_000,
  }, async () => {
    const { queries } = subject();
    const { ids, start } = await variousRuns();
    const numbered = ids.map((id, index) => ({ id, index }));
    const hour = 3_600_000;
    const statusOf = (index: number) => index % 7;
    const cases: readonly (readonly [RunFilter, (index: number) => boolean])[] = [
      [{}, () => true],
      [{ workspace: 'a' }, (n) => n % 3 === 0],
      [{ workflow: 'y' }, (n) => n % 2 === 1],
      [{ workspace: 'b', workflow: 'x' }, (n) => n % 3 !== 0 && n % 2 === 0],
      [{ workspace: 'none' }, () => false],
      [{ status: ['running'] }, (n) => statusOf(n) === 1],
      [{ status: ['queued', 'running', 'paused'] }, (n) => statusOf(n) < 3],
      [
        { status: ['failed', 'timed_out', 'paused'], workspace: 'b' },
        (n) => [2, 4, 6].includes(statusOf(n)) && n % 3 !== 0,
      ],
      [{ status: ['succeeded'] }, (n) => statusOf(n) === 3],
      [
        { status: ['succeeded', 'failed'], workflow: 'x', topLevel: true },
        (n) => [3, 4].includes(statusOf(n)) && n % 2 === 0 && n % 4 !== 3,
      ],
      [{ status: [] }, () => false],
      [{ topLevel: true }, (n) => n % 4 !== 3],
      [{ topLevel: false }, () => true],
      [{ topLevel: true, status: ['failed', 'running'] }, (n) => n % 4 !== 3 && [1, 4].includes(statusOf(n))],
      [{ parent: ids[0] ?? ('1' as RunId) }, (n) => n % 4 === 3],
      [
        { parent: ids[0] ?? ('1' as RunId), workspace: 'a', status: ['succeeded'] },
        (n) => n % 4 === 3 && n % 3 === 0 && statusOf(n) === 3,
      ],
      [{ parent: ids[1] ?? ('1' as RunId) }, () => false],
      [{ rerunOf: ids[2] ?? ('1' as RunId) }, (n) => n % 6 === 5],
      [{ rerunOf: ids[3] ?? ('1' as RunId) }, () => false],
      [
        { rerunOf: ids[2] ?? ('1' as RunId), workspace: 'b', status: ['cancelled', 'failed'], topLevel: true },
        (n) => n % 6 === 5 && n % 3 !== 0 && [4, 5].includes(statusOf(n)) && n % 4 !== 3,
      ],
      [{ rerunOf: ids[2] ?? ('1' as RunId), tag: 'five' }, (n) => n % 6 === 5 && n % 5 === 0],
      [{ tag: 'five' }, (n) => n % 5 === 0],
      [{ tag: 'n"10' }, (n) => n === 10],
      [
        { tag: 'five', workspace: 'a', topLevel: true, status: ['queued'] },
        (n) => n % 15 === 0 && n % 4 !== 3 && statusOf(n) === 0,
      ],
      [{ createdAfter: start + 5 * hour }, (n) => n >= 10],
      [{ createdBefore: start + 5 * hour }, (n) => n < 10],
      [
        { createdAfter: start + 2 * hour, createdBefore: start + 4 * hour, workspace: 'b' },
        (n) => n >= 4 && n < 8 && n % 3 !== 0,
      ],
      [
        { createdAfter: start + 2 * hour + 1, status: ['queued', 'failed'] },
        (n) => n >= 5 && [0, 4].includes(statusOf(n)),
      ],
      [{ createdBefore: start }, () => false],
    ];
    for (const [filter, means] of cases) {
      const expected = numbered
        .filter(({ index }) => means(index))
        .map(({ id }) => id)
        .reverse();
      const found: RunId[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof queries.listRuns>> = await queries.listRuns(filter, { limit: 5, after });
        expect(page.items.length).toBeLessThanOrEqual(5);
        found.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after !== null);
      expect(found, JSON.stringify(filter)).toEqual(expected);
      const counts = Object.values(await queries.countRuns(filter)).reduce((sum, count) => sum + count, 0);
      expect(counts, JSON.stringify(filter)).toBe(expected.length);
    }
    const { next } = await queries.listRuns({}, { limit: 42, after: null });
    expect(next).toBeNull();
    expect(await queries.countRuns({ workspace: 'a', workflow: 'x' })).toEqual({
      queued: 1,
      running: 1,
      paused: 1,
      succeeded: 1,
      failed: 1,
      cancelled: 1,
      timed_out: 1,
    });
  });

  it('the latest runs of a workspace are the newest few of each of its workflows, children among them', {
    timeout: 60_000,
  }, async () => {
    const { queries } = subject();
    const { ids } = await variousRuns();
    const of = (means: (index: number) => boolean) => ids.filter((_, index) => means(index)).reverse();
    const latest = await queries.latestRuns('b', 4);
    expect([...latest.keys()].sort()).toEqual(['x', 'y']);
    const found = (workflow: string) => latest.get(workflow)?.map(({ id }) => id);
    expect(found('x')).toEqual(of((n) => n % 3 !== 0 && n % 2 === 0).slice(0, 4));
    expect(found('y')).toEqual(of((n) => n % 3 !== 0 && n % 2 === 1).slice(0, 4));
    const { items } = await queries.listRuns({ workspace: 'b', workflow: 'x' }, { limit: 1, after: null });
    const { id, workflow, status, createdAt, startedAt, endedAt } = only(items);
    expect(latest.get('x')?.[0]).toEqual({ id, workflow, status, createdAt, startedAt, endedAt });
    expect(await queries.latestRuns('none', 4)).toEqual(new Map());
  });

  it('a run in a list says what it is, how it stands, and whether it is being cancelled', async () => {
    const { store, queries } = subject();
    const rerunOf = { run: '7' as RunId, from: [{ type: 'step', step: 'a', items: [1, 2] }] } as const;
    const given = { tags: ['t'], startKey: 's', priority: 2, trigger: { type: 'cli' }, rerunOf };
    const id = await createRun(store, {}, given);
    const control = '{"cancel":{"at":1,"by":"me","reason":null,"kind":"cancel"}}';
    await store.runs.commit([change(id, 1, { head: head({ control, output: '1' }) })], null);
    const summary = only((await queries.listRuns({}, { limit: 5, after: null })).items);
    const { input: _, output: __, control: ___, ...expected } = only(await store.runs.load([id])).run;
    expect(summary).toEqual({ ...expected, cancelling: true });
    const error = { code: 'x', message: 'y' };
    await store.runs.commit([change(id, 2, { head: head({ control, status: 'cancelled', endedAt: 9, error }) })], null);
    const ended = only((await queries.listRuns({}, { limit: 5, after: null })).items);
    expect(ended).toMatchObject({ status: 'cancelled', cancelling: false, endedAt: 9, error, version: 3 });
  });

  it('a run is read with all of its parts, as it is loaded, and with the newest of its re-runs', async () => {
    const { store, queries } = subject();
    const parts = {
      head: head({ control: '{"vars":{"a":1}}', output: '"\\u0000"' }),
      attempts: [
        ended({ error: { code: 'x', message: 'y' } }),
        ended({ step: 2, item: 11 }),
        ended({ step: 2, item: 2 }),
      ],
      work: [
        work({ step: 4, item: 3, attempt: 2 }),
        work({ step: 3, lane: otherLane, worker: worker('w').id, leasedAt: 5 }),
      ],
      waits: [wait({ step: 5, dueAt: null }), wait({ step: 5, kind: 'step_timeout' })],
    };
    const id = await createRun(store, parts, { tags: ['t'], startKey: 's', trigger: { type: 'cli' } });
    await createRun(store, parts);
    const rerunOf = { run: id, from: [{ type: 'failed' }] } as const;
    for (let index = 0; index < 3; index += 1) await createRun(store, parts, { rerunOf });
    const loaded = only(await store.runs.load([id]));
    const { items: reruns } = await queries.listRuns({ rerunOf: id }, { limit: 9, after: null });
    expect(reruns).toHaveLength(3);
    expect(await queries.runDetail(id, 9)).toEqual({ ...loaded, reruns });
    expect(await queries.runDetail(id, 2)).toEqual({ ...loaded, reruns: reruns.slice(0, 2) });
    expect(await queries.runDetail('999999999' as RunId, 9)).toBeNull();
  });

  it('open approvals are listed for whom they ask: by name, group, role in its place, and with what was handed over', async () => {
    const { store, queries } = subject();
    const asks = async (detail: object, origin: Parameters<typeof createRun>[2] = {}) => {
      const document = JSON.stringify({ readyAt: 7, work: {}, detail: { prompt: '?', answers: [], ...detail } });
      return createRun(store, { waits: [wait({ kind: 'approval', dueAt: null, document })] }, origin);
    };
    const started = { trigger: { account: 'ada', type: 'api' }, tags: ['prod'] };
    const byGroup = await asks({ approvers: { groups: ['ops'] } });
    const byRole = await asks({ approvers: { users: ['bob'], roles: ['release'] } }, started);
    const starters = await asks({ approvers: null, starter: 'ada' }, started);
    const handed = await asks({ approvers: { users: ['bob'] }, delegations: [{ from: 'bob', to: 'ada' }] });
    const answered = await asks({ approvers: null, answers: [{ by: 'ada' }] });
    const list = async (filter: ApprovalFilter) =>
      (await queries.listApprovals(filter, { limit: 20, after: null })).items.map(({ run }) => run);
    const who = (name: string, groups: readonly string[], where: Selector | null = null) => ({
      approver: { name, groups, roles: where === null ? [] : [{ role: 'release', where }] },
    });
    expect(await list(who('ada', ['ops']))).toEqual([answered, handed, byGroup]);
    expect(await list({ ...who('ada', []), unanswered: true })).toEqual([handed]);
    expect(await list(who('bob', []))).toEqual([answered, starters, byRole]);
    for (const where of [{}, { workspace: 'sh*' }, { label: 'prod' }])
      expect(await list(who('cy', [], where))).toEqual([answered, starters, byRole]);
    for (const where of [{ workspace: 'lab' }, { own: true }] as const)
      expect(await list(who('cy', [], where))).toEqual([answered, starters]);
    expect(await list(who('ada', [], { own: true }))).toEqual([answered, handed, byRole]);
    expect(await list({ approver: { name: 'cy', groups: 'all', roles: 'all' } })).toEqual([
      answered,
      starters,
      byRole,
      byGroup,
    ]);
  });

  it('open approvals are listed by every filter, those of the newest runs first, in pages', async () => {
    const { store, queries } = subject();
    const asked = (approvers: unknown) =>
      JSON.stringify({ readyAt: 7, work: {}, detail: { prompt: '\u0000?', approvers, answers: [] } });
    const approval = (item: number, approvers: unknown = null, iteration = 0) =>
      wait({ item, iteration, kind: 'approval', dueAt: null, document: asked(approvers) });
    const one = await createRun(store, { waits: [approval(-1), wait({ kind: 'timer' })] }, { workspace: 'a' });
    const two = await createRun(store, {
      waits: [approval(1, { users: ['ada'] }), approval(0, { users: ['bob'] }), approval(0, null, 1)],
    });
    await createRun(store, { waits: [wait({ kind: 'child', dueAt: null })] });
    const list = async (filter: ApprovalFilter, limit = 2): Promise<readonly string[]> => {
      const found: string[] = [];
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<Queries['listApprovals']>> = await queries.listApprovals(filter, {
          limit,
          after,
        });
        found.push(...page.items.map(({ run, iteration, item }) => `${run}.${iteration}.${item}`));
        after = page.next;
        if (after === null) return found;
      }
    };
    const all = [`${two}.0.0`, `${two}.0.1`, `${two}.1.0`, `${one}.0.-1`];
    expect(await list({})).toEqual(all);
    expect(await list({}, 4)).toEqual(all);
    expect(await list({ workspace: 'a' })).toEqual([`${one}.0.-1`]);
    expect(await list({ workflow: 'order', workspace: 'shop' })).toEqual(all.slice(0, 3));
    expect(await list({ workflow: 'none' })).toEqual([]);
    expect(await list({ run: one })).toEqual([`${one}.0.-1`]);
    const ada = { name: 'ada', groups: [], roles: [] } as const;
    expect(await list({ approver: ada }, 1)).toEqual([`${two}.0.1`, `${two}.1.0`, `${one}.0.-1`]);
    const [first] = (await queries.listApprovals({ run: one }, { limit: 1, after: null })).items;
    expect(first).toEqual({
      ...{ run: one, workspace: 'a', workflow: 'order', plan: 'ab'.repeat(32) },
      ...{ ...key(), document: asked(null) },
    });
    await store.runs.commit([change(one, 1, { waitsDone: [{ ...stepKey(key()), kind: 'approval' }] })], null);
    expect(await list({ workspace: 'a' })).toEqual([]);
  });

  it('workers are listed with what they hold', async () => {
    const { store, queries, advanceClock } = subject();
    const now = await store.now();
    await store.workers.register(worker('b'), 1_000);
    await advanceClock(10);
    await store.workers.register(worker('a'), 1_000);
    await store.workers.register({ ...worker('b'), slots: 9 }, 2_000);
    await createRun(store, { work: [work({ worker: worker('a').id }), work({ step: 1, worker: worker('a').id })] });
    await store.workers.drain(worker('a').id, true);
    expect(await queries.listWorkers()).toEqual([
      {
        worker: { ...worker('b'), slots: 9 },
        registeredAt: now,
        leaseUntil: now + 2_010,
        held: 0,
        drainingSince: null,
      },
      { worker: worker('a'), registeredAt: now + 10, leaseUntil: now + 1_010, held: 2, drainingSince: now + 10 },
    ]);
  });

  it('ready and leased work is counted by lane', async () => {
    const { store, queries } = subject();
    const holder = worker('a').id;
    await createRun(store, {
      work: [work({ readyAt: 7 }), work({ step: 1, readyAt: 5 }), work({ step: 2, readyAt: 1, worker: holder })],
    });
    await createRun(store, { work: [work({ lane: otherLane, worker: holder })] });
    expect(await queries.countWork()).toEqual([
      { workspace: null, ...lane, ready: 2, leased: 1, oldestReadyAt: 5 },
      { workspace: null, ...otherLane, ready: 0, leased: 1, oldestReadyAt: null },
    ]);
  });
}
