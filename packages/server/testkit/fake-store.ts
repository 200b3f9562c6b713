// What the fake engine has in its store: one workspace, its runs, and what the store in memory keeps of people.
import { planHash, type RunId } from '@millrace/core';
import type { CacheFilter, Engine, Store, WorkspaceState } from '@millrace/engine';
import type { FakeRuns } from './fake-runs.ts';
import type { Seen } from './fake-seen.ts';
import { samplePlan } from './sample-plan.ts';

const at = Date.UTC(2026, 10, 21, 9, 30);
const hash = planHash('0'.repeat(64));

const samplePack = {
  name: 'core',
  version: '1.0.0',
  description: null,
  source: 'built in',
  commit: null,
  hash: 'sha256:0',
  locked: false,
  pinned: true,
  used: true,
  actions: ['echo'],
  workflows: [],
};

const workspace: WorkspaceState = {
  name: 'shop',
  source: { type: 'folder', path: '/srv/shop' },
  revision: 'r1',
  revisionAt: at,
  syncedAt: at,
  diagnostics: [
    {
      severity: 'warning',
      code: 'unused',
      message: 'Nobody calls <it>.',
      hint: null,
      file: 'a.yaml',
      line: 3,
      column: 1,
    },
  ],
};

/** While `broken.store` is an error, that is what the store answers. */
export function createFakeStore(
  memory: Store,
  { all: runs }: FakeRuns,
  seen: Seen,
  broken: Readonly<{ store: unknown }>,
): Store {
  return {
    schedules: memory.schedules,
    secrets: memory.secrets,
    accounts: memory.accounts,
    roles: memory.roles,
    apiKeys: memory.apiKeys,
    joins: memory.joins,
    now: async () => {
      if (broken.store !== null) throw broken.store;
      return at;
    },
    cache: {
      async list(filter: CacheFilter) {
        seen.cacheFilters.push(filter);
        const entry = { workspace: 'shop', key: 'ab', label: 'v1', workflow: 'release', step: 'build' };
        return { items: [{ ...entry, run: '1000', sizeBytes: 7, createdAt: at, expiresAt: at + 1 }], next: null };
      },
      async clear(filter: CacheFilter) {
        seen.cacheFilters.push(filter);
        return 3;
      },
    },
    runs: {
      status: async (run: RunId) => runs.get(run)?.detail.run.status ?? null,
      origin: async (run: RunId) => runs.get(run)?.detail.run ?? null,
    },
    plans: { get: async () => new Map([[hash, samplePlan]]) },
    workspaces: {
      list: async () => {
        if (broken.store !== null) throw broken.store;
        return [workspace];
      },
      get: async (name: string) => (name === 'shop' ? workspace : null),
      history: async (name: string, workflow: string) =>
        name === 'shop' && workflow === 'release' ? [{ revision: 'r1', plan: hash, liveSince: at }] : [],
      revision: async (name: string) =>
        name === 'shop'
          ? {
              workspace: 'shop',
              revision: 'r1',
              workflows: [{ name: 'release', description: 'Builds and tests.', plan: hash }],
              triggers: [
                {
                  name: 'nightly',
                  type: 'schedule',
                  workflow: 'release',
                  enabled: true,
                  definition: { cron: '0 0 * * *' },
                },
              ],
              files: null,
            }
          : null,
    },
  } as unknown as Store;
}

export const fakeBlobs = {
  get: async (key: string) =>
    Buffer.from(
      key.endsWith('.sources.json')
        ? JSON.stringify({
            files: [{ path: '.workflows/a.yaml', text: 'workflows:\n  release:\n' }],
            packs: [samplePack],
            places: { '/workflows/release': { file: '.workflows/a.yaml', line: 2, column: 3 } },
          })
        : '{"actions":{},"workflows":{},"triggers":{},"hooks":{},"places":{}}',
    ),
} as unknown as Engine['blobs'];
