import { type Plan, planHash } from '@millrace/core';
import { expect, it } from 'vitest';
import type { Revision, StoredDiagnostic } from '../../src/ports/index.ts';
import { change, createRun, head, lane, otherLane } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const plan = (workflow: string): Plan => ({
  format: 1,
  workspace: 'shop',
  workflow,
  input: { kind: 'flat', fields: {} },
  vars: { text: '\u0000 "ä"' },
  output: null,
  failFast: false,
  timeoutMs: null,
  priority: 0,
  queue: 'default',
  mode: 'distributed',
  concurrency: null,
  hooks: {},
  steps: [],
  places: {},
});

const problem: StoredDiagnostic = {
  severity: 'error',
  code: 'unknown_step',
  message: 'no "x"',
  hint: null,
  file: 'a.yaml',
  line: 3,
  column: 4,
};

const revision = (name: string, files: string | null = null): Revision => ({
  workspace: 'shop',
  revision: name,
  workflows: [{ name: 'order', description: null, problems: [], plan: planHash('ab'.repeat(32)) }],
  triggers: [{ name: 't', type: 'schedule', workflow: 'order', enabled: true, definition: { cron: '* * * * *' } }],
  queues: [
    { name: 'slow', limit: 3 },
    { name: 'night', description: 'Late.' },
  ],
  files,
});

export function definitionFacts(subject: () => ConformanceStore): void {
  it('plans are kept by their hash, and whoever comes second changes nothing', async () => {
    const { store } = subject();
    const [one, two, missing] = ['1', '2', '3'].map((digit) => planHash(digit.repeat(64)));
    if (one === undefined || two === undefined || missing === undefined) throw new Error('Three hashes are needed.');
    await store.plans.put([
      { hash: one, plan: plan('a'), lanes: [lane] },
      { hash: two, plan: plan('b'), lanes: [lane, otherLane] },
    ]);
    await store.plans.put([{ hash: one, plan: plan('changed'), lanes: [] }]);
    await store.plans.put([]);
    expect(await store.plans.get([two, missing, one])).toEqual(
      new Map([
        [two, plan('b')],
        [one, plan('a')],
      ]),
    );
    const other = await subject().another();
    expect(await other.store.plans.lanes()).toEqual([lane, otherLane]);
  });

  it('the lanes of plans are told, not those that only work has', async () => {
    const { store } = subject();
    await createRun(store);
    expect(await store.plans.lanes()).toEqual([]);
  });

  it('a published revision is live; the one before can still be read', async () => {
    const { store, advanceClock } = subject();
    expect(await store.workspaces.get('shop')).toBeNull();
    expect(await store.workspaces.revision('shop', null)).toBeNull();
    const first = await store.now();
    await store.workspaces.publish(revision('r1', 'files/r1'), { type: 'folder', path: '/x' }, []);
    await advanceClock(50);
    await store.workspaces.publish(revision('r2'), { type: 'folder', path: '/y' }, [
      { ...problem, severity: 'warning' },
    ]);
    expect(await store.workspaces.get('shop')).toEqual({
      name: 'shop',
      source: { type: 'folder', path: '/y' },
      revision: 'r2',
      revisionAt: first + 50,
      syncedAt: first + 50,
      diagnostics: [{ ...problem, severity: 'warning' }],
    });
    expect(await store.workspaces.revision('shop', null)).toEqual(revision('r2'));
    expect(await store.workspaces.revision('shop', 'r1')).toEqual(revision('r1', 'files/r1'));
    expect(await store.workspaces.revision('shop', 'r9')).toBeNull();
    expect(await store.workspaces.revision('other', 'r1')).toBeNull();
  });

  it('publishing the live revision again keeps the time since when it is live, and takes its content anew', async () => {
    const { store, advanceClock } = subject();
    const first = await store.now();
    await store.workspaces.publish(revision('r1'), {}, []);
    await advanceClock(50);
    await store.workspaces.publish(revision('r1', 'other files'), {}, []);
    expect(await store.workspaces.get('shop')).toMatchObject({ revisionAt: first, syncedAt: first + 50 });
    expect(await store.workspaces.revision('shop', 'r1')).toEqual(revision('r1', 'other files'));
  });

  it('the history of a workflow has the revisions that define it, the last that became live first', async () => {
    const { store, advanceClock } = subject();
    const first = await store.now();
    const at = (name: string, plan: string): Revision => ({
      ...revision(name),
      workflows: [
        {
          name: 'order',
          description: 'with \u0000\u0000, \\u0000 and \\\u0000',
          problems: [],
          plan: planHash(plan.repeat(64)),
        },
        { name: 'notify', action: true, description: null, problems: [], plan: planHash('f'.repeat(64)) },
      ],
    });
    for (const [name, plan] of [
      ['r1', 'a'],
      ['r2', 'b'],
      ['r3', 'b'],
      ['r1', 'a'],
    ] as const) {
      await store.workspaces.publish(at(name, plan), {}, []);
      await advanceClock(10);
    }
    await store.workspaces.publish({ ...at('r9', 'c'), workspace: 'other' }, {}, []);
    const expected = [
      { revision: 'r1', plan: planHash('a'.repeat(64)), liveSince: first + 30 },
      { revision: 'r3', plan: planHash('b'.repeat(64)), liveSince: first + 20 },
      { revision: 'r2', plan: planHash('b'.repeat(64)), liveSince: first + 10 },
    ];
    expect(await store.workspaces.history('shop', 'order', 10)).toEqual(expected);
    expect(await store.workspaces.history('shop', 'order', 2)).toEqual(expected.slice(0, 2));
    expect(await store.workspaces.history('shop', 'notify', 10)).toEqual([]);
    expect(await store.workspaces.history('nowhere', 'order', 10)).toEqual([]);
  });

  it('revisions that were replaced long ago are forgotten, once no run needs them', async () => {
    const { store, advanceClock } = subject();
    const retire = (limit = 10) => store.workspaces.retire({ keepMs: 1_000, limit });
    const of = (name: string): Revision => revision(name, `files/${name}`);
    const run = await createRun(store); // of r1
    for (const name of ['r1', 'r2', 'r3', 'r2', 'r4']) {
      await store.workspaces.publish(of(name), {}, []);
      await advanceClock(400);
    }
    await store.workspaces.publish({ ...revision('only'), workspace: 'other' }, {}, []);
    // r4 is live, and r2 was it again 800 ms ago: r3 was replaced then, which is not long enough.
    expect(await retire()).toEqual([]);
    await advanceClock(700);
    expect(await retire(1)).toEqual([{ workspace: 'shop', revision: 'r2', files: 'files/r2' }]);
    expect(await retire()).toEqual([{ workspace: 'shop', revision: 'r3', files: 'files/r3' }]);
    expect(await retire()).toEqual([]);
    expect(await store.workspaces.revision('shop', 'r3')).toBeNull();
    expect(await store.workspaces.revision('shop', 'r1')).not.toBeNull();
    await store.runs.commit([change(run, 1, { head: head({ status: 'succeeded', endedAt: 5 }) })], null);
    expect(await retire()).toEqual([{ workspace: 'shop', revision: 'r1', files: 'files/r1' }]);
    expect(await store.workspaces.revision('shop', null)).toEqual(of('r4'));
    expect(await store.workspaces.revision('other', null)).not.toBeNull();
  });

  it('a source that cannot be loaded leaves the live revision', async () => {
    const { store, advanceClock } = subject();
    const first = await store.now();
    await store.workspaces.reject('new', { n: 1 }, [problem]);
    await store.workspaces.publish(revision('r1'), { n: 1 }, []);
    await advanceClock(50);
    await store.workspaces.reject('shop', { n: 2 }, [problem]);
    expect(await store.workspaces.list()).toEqual([
      { name: 'new', source: { n: 1 }, revision: null, revisionAt: null, syncedAt: first, diagnostics: [problem] },
      {
        name: 'shop',
        source: { n: 2 },
        revision: 'r1',
        revisionAt: first,
        syncedAt: first + 50,
        diagnostics: [problem],
      },
    ]);
    expect(await store.workspaces.revision('shop', null)).toEqual(revision('r1'));
    expect(await store.workspaces.revision('new', null)).toBeNull();
  });
}
