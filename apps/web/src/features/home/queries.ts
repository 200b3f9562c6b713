import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

const dayMs = 24 * 3_600_000;
/** A schedule counts as late when its run should have begun this long ago. */
const lateMs = 60_000;

const inWorkspace = (workspace: string | undefined) => (workspace === undefined ? {} : { workspace });

export const recentRunsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'recent', workspace ?? null],
    queryFn: ({ signal }) => api.runs.list({ limit: 10, top_level: true, ...inWorkspace(workspace) }, { signal }),
  });

/** Runs under way, and those that failed within a day. */
export const runCountsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'counts', workspace ?? null],
    queryFn: async ({ signal }) => {
      const [active, failed] = await Promise.all([
        api.runs.count(
          { status: ['queued', 'running', 'paused'], top_level: true, ...inWorkspace(workspace) },
          { signal },
        ),
        api.runs.count(
          {
            status: ['failed', 'timed_out'],
            top_level: true,
            created_after: new Date(Date.now() - dayMs).toISOString(),
            ...inWorkspace(workspace),
          },
          { signal },
        ),
      ]);
      return {
        queued: active.queued,
        running: active.running,
        paused: active.paused,
        failed: failed.failed + failed.timed_out,
      };
    },
  });

export const openApprovalsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['approvals', 'home', workspace ?? null],
    queryFn: ({ signal }) => api.approvals.list({ limit: 100, ...inWorkspace(workspace) }, { signal }),
  });

export const lateSchedulesQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['schedules', 'late', workspace ?? null],
    queryFn: async ({ signal }) => {
      const { items } = await api.schedules.list({ limit: 500, enabled: true, ...inWorkspace(workspace) }, { signal });
      return items.filter(({ next_fire_at: at }) => at !== null && Date.parse(at) < Date.now() - lateMs);
    },
    refetchInterval: 30_000,
  });

export const capacityQuery = queryOptions({
  queryKey: ['workers', 'capacity'],
  queryFn: async ({ signal }) => {
    const { items } = await api.workers.list({ signal });
    return {
      workers: items.length,
      slots: items.reduce((sum, worker) => sum + worker.slots, 0),
      held: items.reduce((sum, worker) => sum + Math.min(worker.held, worker.slots), 0),
    };
  },
  refetchInterval: 5_000,
});
