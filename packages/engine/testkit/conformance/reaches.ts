// Lists that are restricted to what somebody may see: whatever else is asked, exactly what is within the reach is there.
import {
  type Grant,
  isWithinReach,
  namedObject,
  type Reach,
  type RunId,
  type RunOrigin,
  reachOf,
  runObject,
  type Selector,
} from '@millrace/core';
import { expect, it } from 'vitest';
import type { NewEvent, RunFilter } from '../../src/ports/index.ts';
import { createRun, head, wait } from './samples.ts';
import { scheduleDefinition } from './schedules.ts';
import type { ConformanceStore } from './subject.ts';

const allow = (where: Selector): Grant => ({ effect: 'allow', permission: '*', where });
const deny = (where: Selector): Grant => ({ ...allow(where), effect: 'deny' });
const reach = (grants: readonly Grant[], scopes: readonly Grant[] | null = null): Reach =>
  reachOf({ actor: 'ada', roles: [{ role: { name: 'r', description: '', grants }, where: {} }], scopes }, 'run:read');

const reaches: readonly Reach[] = [
  reach([allow({})]),
  reach([]),
  reach([allow({ workspace: 'a' })]),
  reach([allow({ workspace: 'a' }), allow({ name: 'y*' })]),
  reach([allow({}), deny({ workspace: 'b', name: '*x' })]),
  reach([allow({ own: true })]),
  reach([allow({ folder: 'etl' })]),
  reach([allow({ workspace: 'a' }), deny({ folder: 'etl/n%' })]),
  reach([allow({ folder: 'etl/n_', name: 'x' }), allow({ folder: 'e' })]),
  reach([allow({ label: 'n"1' }), allow({ workspace: 'a', own: true })]),
  reach([allow({}), deny({ label: 'five' }), deny({ own: true })]),
  reach([allow({})], [allow({ workspace: 'b' })]),
];

const folders = [{}, { folder: 'etl' }, { folder: 'etl/n%' }, { folder: 'etl/n_/deep' }, { folder: 'etl2' }] as const;

export function reachFacts(subject: () => ConformanceStore): void {
  type Known = Readonly<{
    id: RunId;
    origin: Pick<RunOrigin, 'workspace' | 'workflow' | 'folder' | 'revision' | 'tags' | 'trigger' | 'parent'>;
    failed: boolean;
  }>;

  async function variousRuns(more: Parameters<typeof createRun>[1] = {}): Promise<readonly Known[]> {
    const known: Known[] = [];
    for (let index = 0; index < 24; index++) {
      const failed = index % 4 === 1;
      const origin = {
        workspace: index % 3 === 0 ? 'a' : 'b',
        workflow: index % 2 === 0 ? 'x' : 'y',
        // A workflow moves from revision to revision; its runs stay where it was.
        ...folders[index % folders.length],
        revision: `r${index % folders.length}`,
        tags: index % 5 === 0 ? ['five', '\u0000"'] : ['n"1'].slice(index % 2),
        // Whoever only writes such words into a trigger owns nothing.
        trigger:
          index % 3 === 1
            ? { account: index % 2 === 0 ? 'ada' : 'bob', type: 'api' }
            : { type: 'api', note: '"account":"ada"' },
        parent: null,
      };
      const changes = { ...more, head: head({ status: failed ? 'failed' : 'running' }) };
      known.push({ id: await createRun(subject().store, changes, origin), origin, failed });
    }
    return known;
  }

  it('of runs, with every other filter, and their counts', { timeout: 60_000 }, async () => {
    const { queries } = subject();
    const known = await variousRuns();
    const filters: readonly (readonly [RunFilter, (run: Known) => boolean])[] = [
      [{}, () => true],
      [{ status: ['failed'] }, ({ failed }) => failed],
      [{ status: ['running', 'failed'], workspace: 'b' }, ({ origin }) => origin.workspace === 'b'],
      [{ workspace: 'a', workflow: 'x' }, ({ origin }) => origin.workspace === 'a' && origin.workflow === 'x'],
      [{ tag: 'five' }, ({ origin }) => origin.tags.includes('five')],
      [{ topLevel: true, createdAfter: 0 }, () => true],
      [{ parent: '1' as RunId }, () => false],
      [{ rerunOf: '1' as RunId }, () => false],
    ];
    for (const [index, within] of reaches.entries()) {
      for (const [filter, means] of filters) {
        const about = `${JSON.stringify(filter)} within reach ${index}`;
        const expected = known
          .filter((run) => means(run) && isWithinReach(within, runObject(run.origin)))
          .map(({ id }) => id)
          .reverse();
        const page = await queries.listRuns({ ...filter, reach: within }, { limit: 100, after: null });
        expect(
          page.items.map(({ id }) => id),
          about,
        ).toEqual(expected);
        const counts = Object.values(await queries.countRuns({ ...filter, reach: within }));
        expect(
          counts.reduce((sum, count) => sum + count, 0),
          about,
        ).toBe(expected.length);
      }
      const latest = await queries.latestRuns('b', 3, within);
      const newest = (workflow: string) =>
        known
          .filter(({ origin }) => origin.workspace === 'b' && origin.workflow === workflow)
          .filter(({ origin }) => isWithinReach(within, runObject(origin)))
          .map(({ id }) => id)
          .reverse()
          .slice(0, 3);
      for (const workflow of ['x', 'y']) {
        expect(
          (latest.get(workflow) ?? []).map(({ id }) => id),
          `reach ${index}`,
        ).toEqual(newest(workflow));
      }
    }
  });

  it('of schedules, by workspace, name and folder', async () => {
    const { store, queries } = subject();
    const now = await store.now();
    for (const workspace of ['a', 'b']) {
      await store.workspaces.publish({ workspace, revision: 'r1', workflows: [], triggers: [], files: null }, {}, []);
      const put = ['x', 'y', 'yx'].map((name, index) => ({
        ...{ workspace, name, version: 0, revision: 'r1', override: null, decidedUntil: now, next: null },
        ...{ lastTick: null, lastRun: null, dropped: null, definition: scheduleDefinition(name) },
        ...folders[index + (workspace === 'a' ? 0 : 2)],
      }));
      expect(await store.schedules.replace({ workspace, revision: 'r1', put, remove: [] })).toBe(true);
    }
    const page = { limit: 100, after: null };
    const all = (await queries.listSchedules({}, page)).items;
    expect(all).toHaveLength(6);
    for (const [index, within] of reaches.entries()) {
      const expected = all.filter((one) => isWithinReach(within, namedObject(one.workspace, one.name, one.folder)));
      expect((await queries.listSchedules({ reach: within }, page)).items, `reach ${index}`).toEqual(expected);
    }
    const nightly = reach([allow({ folder: 'etl/n_' })]);
    expect((await queries.listSchedules({ reach: nightly }, page)).items.map(({ name }) => name)).toEqual(['y']);
  });

  it('of approvals, by the runs that they are of', async () => {
    const { queries } = subject();
    const document = JSON.stringify({ readyAt: 7, work: {}, detail: { prompt: '?', approvers: null, answers: [] } });
    const known = await variousRuns({ waits: [wait({ kind: 'approval', dueAt: null, document })] });
    for (const [index, within] of reaches.entries()) {
      const expected = known.filter(({ origin }) => isWithinReach(within, runObject(origin))).map(({ id }) => id);
      const page = await queries.listApprovals({ reach: within }, { limit: 100, after: null });
      expect(
        page.items.map(({ run }) => run),
        `reach ${index}`,
      ).toEqual(expected.reverse());
    }
  });

  it('of events, deliveries and the cache, by workspace and name', async () => {
    const { store, queries } = subject();
    const places: readonly { workspace: string; name: string; folder?: string }[] = ['a', 'b'].flatMap((workspace) =>
      ['x', 'y', 'yx'].map((name, index) => ({ workspace, name, ...folders[index + (workspace === 'a' ? 0 : 2)] })),
    );
    for (const { name, ...place } of places) {
      const { workspace } = place;
      const event: NewEvent = { workspace, type: name, payload: {}, source: { type: 'api' }, key: null };
      await store.events.append(event);
      await store.deliveries.append({
        ...{ ...place, webhook: name, method: 'POST', remote: '', sizeBytes: 0, deliveryId: null, outcome: 'refused' },
        ...{
          reason: 'too_old',
          message: '',
          run: null,
          startKey: null,
          fingerprint: null,
          redeliveryOf: null,
          by: null,
        },
        content: { headers: {}, query: {}, contentType: '', body: '' },
      });
      const output = { label: 'l', step: 's', output: null, ttlMs: 1000 };
      await createRun(store, { cached: [{ ...output, ...place, workflow: name, key: `${workspace} ${name}` }] });
    }
    const page = { limit: 100, after: null };
    for (const [index, within] of reaches.entries()) {
      const expected = places
        .filter(({ workspace, name, folder }) => isWithinReach(within, namedObject(workspace, name, folder)))
        .map(({ workspace, name }) => `${workspace} ${name}`);
      // Events hang on no workflow, so they are in no folder.
      const emitted = places
        .filter(({ workspace, name }) => isWithinReach(within, namedObject(workspace, name)))
        .map(({ workspace, name }) => `${workspace} ${name}`);
      const events = (await queries.listEvents({ reach: within }, page)).items;
      expect(events.map(({ workspace, type }) => `${workspace} ${type}`).reverse(), `reach ${index}`).toEqual(emitted);
      const deliveries = (await queries.listDeliveries({ reach: within }, page)).items;
      expect(deliveries.map((one) => `${one.workspace} ${one.webhook}`).reverse(), `reach ${index}`).toEqual(expected);
      const cached = (await store.cache.list({ reach: within }, page)).items;
      expect(cached.map(({ key }) => key).sort(), `reach ${index}`).toEqual(expected);
    }
    const some = reach([allow({ workspace: 'a', name: 'y*' })]);
    expect(await store.cache.clear({ reach: some, workspace: 'b' })).toBe(0);
    expect(await store.cache.clear({ reach: some })).toBe(2);
    expect((await store.cache.list({}, page)).items).toHaveLength(4);
  });
}
