import { type Instant, type QueueDefinition, shareOf } from '@millrace/core';
import type { Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';

/** How a queue of a workspace stands. */
export type QueueSummary = Readonly<{
  /** null: work of a plan that was made before lanes knew whose they are. */
  workspace: string | null;
  queue: string;
  description: string | null;
  /** How many of its attempts may be under way at once; null: any number. */
  limit: number | null;
  /** Of a limited queue: how many are under way by its limit, and how many wait for it. */
  held: number;
  waiting: number;
  /** Attempts that wait for a worker, and that workers hold. */
  ready: number;
  leased: number;
  /** Since when the one waits that has waited for longest, for the limit or for a worker. */
  oldestAt: Instant | null;
}>;

type Summary = { -readonly [Key in keyof QueueSummary]: QueueSummary[Key] };

/** As many limits of queues as are looked at. */
const mostLimits = 1_000;

/** Queues that are defined in a live revision, or that have work or somebody waiting; by workspace and name. */
export function createListQueues(store: Store, queries: Queries) {
  return async (filter: Readonly<{ workspace?: string }> = {}): Promise<readonly QueueSummary[]> => {
    const [work, limits, workspaces] = await Promise.all([
      queries.countWork(),
      queries.listLimits({ ...filter, kind: 'queue' }, mostLimits),
      store.workspaces.list(),
    ]);
    const queues = new Map<string, Summary>();
    const summary = (workspace: string | null, queue: string): Summary => {
      const key = shareOf(workspace === null ? { queue } : { workspace, queue });
      const known = queues.get(key) ?? { workspace, queue, ...nothing };
      queues.set(key, known);
      return known;
    };
    for (const { name } of workspaces) {
      for (const { name: queue, description, limit } of await definedIn(name)) {
        const own = summary(name, queue);
        own.description = description ?? null;
        own.limit = limit ?? null;
      }
    }
    for (const { workspace, queue, ready, leased, oldestReadyAt } of work) {
      const own = summary(workspace, queue);
      own.ready += ready;
      own.leased += leased;
      own.oldestAt = older(own.oldestAt, oldestReadyAt);
    }
    for (const { workspace, key, limit, held, waiting, waitingSince } of limits) {
      const own = summary(workspace, key);
      own.limit ??= limit;
      own.held = held;
      own.waiting = waiting;
      own.oldestAt = older(own.oldestAt, waitingSince);
    }
    return [...queues]
      .filter(([, { workspace }]) => filter.workspace === undefined || workspace === filter.workspace)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, queue]) => queue);
  };

  async function definedIn(workspace: string): Promise<readonly QueueDefinition[]> {
    return (await store.workspaces.revision(workspace, null))?.queues ?? [];
  }
}

const nothing = {
  description: null,
  limit: null,
  held: 0,
  waiting: 0,
  ready: 0,
  leased: 0,
  oldestAt: null,
};

const older = (left: Instant | null, right: Instant | null): Instant | null =>
  left === null || right === null ? (left ?? right) : Math.min(left, right);
