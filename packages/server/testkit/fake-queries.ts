import type { Page, Queries, RunFilter, ScheduleFilter } from '@millrace/engine';
import type { FakeRuns } from './fake-runs.ts';
import { sampleSchedule } from './fake-schedules.ts';
import type { Seen } from './fake-seen.ts';
import { sampleDelivery } from './fake-webhooks.ts';
import { sampleEvent } from './sample-answers.ts';

const at = Date.UTC(2026, 10, 21, 9, 30);

/** Lists and counts of the fake engine. */
export function createFakeQueries(seen: Seen, { all: runs }: FakeRuns): Queries {
  return {
    async listEvents(filter: unknown) {
      seen.eventFilters.push(filter);
      return { items: [sampleEvent], next: '311' };
    },
    listDeliveries: async () => {
      const { content: _, ...summary } = sampleDelivery;
      return { items: [{ ...summary, kept: true }], next: null };
    },
    listSchedules: async (filter: ScheduleFilter) => {
      seen.schedules.push(filter);
      return { items: [sampleSchedule], next: null };
    },
    async listRuns(filter: RunFilter, page: Page) {
      seen.filters.push(filter);
      const all = [...runs.values()].map(({ detail: { run } }) => ({ ...run, cancelling: false })).reverse();
      const start = page.after === null ? 0 : Number(page.after);
      const items = all.slice(start, start + page.limit);
      return { items, next: start + page.limit < all.length ? String(start + page.limit) : null };
    },
    latestRuns: async (_workspace: string, each: number) =>
      new Map([['release', [...runs.values()].map(({ detail: { run } }) => run).slice(0, each)]]),
    listWorkers: async () => [
      {
        worker: {
          id: 'w1',
          name: 'one',
          labels: [],
          capabilities: ['shell'],
          queues: ['default'],
          slots: 4,
          version: '0.1.0',
          host: 'h',
          pid: 7,
        },
        leaseUntil: at + 9000,
        registeredAt: at,
        held: 2,
        drainingSince: at,
      },
    ],
    countWork: async () => [
      { queue: 'default', capability: 'shell', labels: [], ready: 3, leased: 2, oldestReadyAt: at },
      { queue: 'default', capability: 'http', labels: [], ready: 1, leased: 0, oldestReadyAt: null },
    ],
    countRuns: async () =>
      ({ queued: 0, running: 1, paused: 0, succeeded: 0, failed: 2, cancelled: 0, timed_out: 0 }) as never,
  } as unknown as Queries;
}
