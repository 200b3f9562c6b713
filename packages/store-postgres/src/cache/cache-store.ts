import { isUnlimitedReach, isWithinReach, namedObject, type Reach, runId } from '@millrace/core';
import type { CacheEntry, CacheFilter, CacheStore } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { folderIn } from '../runs/run-facts.ts';

const findCached = readStatement(import.meta.url, 'find-cached');
const listCached = readStatement(import.meta.url, 'list-cached');
const clearCached = readStatement(import.meta.url, 'clear-cached');
const cachedWorkflows = readStatement(import.meta.url, 'cached-workflows');
const removeExpired = readStatement(import.meta.url, 'remove-expired');

type EntryRow = Readonly<{
  workspace: string;
  key: string;
  label: string;
  workflow: string;
  folder: string;
  step: string;
  run: string;
  size: number;
  created_at: string;
  expires_at: string;
}>;

export function createCacheStore(database: Database): CacheStore {
  const count = async (statement: typeof clearCached, values: unknown[]): Promise<number> =>
    (await database.query<{ count: number }>(statement, values))[0]?.count ?? 0;
  /** The workflows within a reach, as three columns, with their folders; nulls: all. Outputs are of few workflows, so their names are asked first. */
  const within = async (reach: Reach | undefined): Promise<readonly (readonly string[] | null)[]> => {
    if (reach === undefined || isUnlimitedReach(reach)) return [null, null, null];
    const rows = await database.query<Pick<EntryRow, 'workspace' | 'workflow' | 'folder'>>(cachedWorkflows, []);
    const found = rows.filter(({ workspace, workflow, folder }) =>
      isWithinReach(reach, namedObject(workspace, workflow, folder)),
    );
    return (['workspace', 'workflow', 'folder'] as const).map((column) => found.map((row) => row[column]));
  };
  return {
    async find(keys) {
      const values = [keys.map(({ workspace }) => workspace), keys.map(({ key }) => key)];
      const rows = await database.query<{ position: string; output: string | null }>(findCached, values);
      const found = new Map(rows.map(({ position, output }) => [Number(position), { output }]));
      return keys.map((_, index) => found.get(index + 1) ?? null);
    },
    async list(filter, { limit, after }) {
      const cursor = after === null ? [null, null, null] : readCursor(after);
      const rows = await database.query<EntryRow>(listCached, [
        ...filterValues(filter),
        ...cursor,
        limit + 1,
        ...(await within(filter.reach)),
      ]);
      const items = rows.slice(0, limit).map(decodeEntry);
      const last = items.at(-1);
      return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
    },
    async clear(filter) {
      return count(clearCached, [...filterValues(filter), ...(await within(filter.reach))]);
    },
    removeExpired: (limit) => count(removeExpired, [limit]),
  };
}

const filterValues = ({ workspace, workflow, step, label }: CacheFilter): (string | null)[] => [
  workspace ?? null,
  workflow ?? null,
  step ?? null,
  label === undefined ? null : JSON.stringify(label),
];

const cursorOf = ({ createdAt, key, workspace }: CacheEntry): string =>
  `${String(createdAt).padStart(15, '0')}:${key}:${workspace}`;

/** Of a text that is no cursor, what no entry stands behind. */
function readCursor(text: string): (string | number)[] {
  const [, createdAt = '0', key = '', workspace = ''] = /^(\d{15}):([^:]*):([\s\S]*)$/.exec(text) ?? [];
  return [Number(createdAt), key, workspace];
}

function decodeEntry(row: EntryRow): CacheEntry {
  const { workspace, key, workflow, folder, step, size } = row;
  const label = JSON.parse(row.label) as string;
  const times = { createdAt: Number(row.created_at), expiresAt: Number(row.expires_at) };
  return { workspace, key, label, workflow, ...folderIn(folder), step, run: runId(row.run), sizeBytes: size, ...times };
}
