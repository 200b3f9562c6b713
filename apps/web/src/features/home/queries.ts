import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { lateBefore } from '../schedules/queries.ts';

const dayMs = 24 * 3_600_000;
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
    queryFn: ({ signal }) =>
      api.schedules.list(
        { limit: 100, next: 0, enabled: true, due_before: lateBefore(), ...inWorkspace(workspace) },
        { signal },
      ),
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
