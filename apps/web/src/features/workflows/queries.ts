import type { LatestRun, Schedule, WorkflowSummary, Workspace } from '@millrace/api';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** How many runs of each workflow a list draws. */
export const drawnRuns = 12;

/** The workspaces that a list is about, with the workflows of each. */
export const workflowsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['workflows', 'list', workspace ?? null],
    queryFn: async ({ signal }) => {
      const workspaces = await workspacesOf(workspace, signal);
      const lists = await Promise.all(workspaces.map(({ name }) => api.workflows.list(name, {}, { signal })));
      return { workspaces, workflows: lists.flatMap(({ items }) => items) };
    },
  });

/** By `workspace/workflow`. */
export const latestRunsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['workflows', 'latest-runs', workspace ?? null],
    queryFn: async ({ signal }) => {
      const workspaces = await workspacesOf(workspace, signal);
      const answers = await Promise.all(
        workspaces.map(async ({ name }) => ({
          name,
          latest: await api.workflows.latestRuns(name, { each: drawnRuns }, { signal }),
        })),
      );
      return new Map<string, readonly LatestRun[]>(
        answers.flatMap(({ name, latest }) =>
          Object.entries(latest.workflows).map(
            ([workflow, runs]) => [workflowKey({ workspace: name, name: workflow }), runs] as const,
          ),
        ),
      );
    },
  });

/** The next time that a schedule starts each workflow, by `workspace/workflow`. */
export const nextFiresQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['schedules', 'next-fires', workspace ?? null],
    queryFn: async ({ signal }) => {
      const { items } = await api.schedules.list(
        { limit: 500, enabled: true, next: 0, ...(workspace === undefined ? {} : { workspace }) },
        { signal },
      );
      return nextFires(items);
    },
  });

function nextFires(schedules: readonly Schedule[]): ReadonlyMap<string, Schedule> {
  const next = new Map<string, Schedule>();
  for (const schedule of schedules) {
    if (schedule.next_fire_at === null) continue;
    const key = workflowKey({ workspace: schedule.workspace, name: schedule.workflow });
    const before = next.get(key)?.next_fire_at;
    if (before === undefined || before === null || schedule.next_fire_at < before) next.set(key, schedule);
  }
  return next;
}

export const workflowKey = ({ workspace, name }: Pick<WorkflowSummary, 'workspace' | 'name'>): string =>
  `${workspace}/${name}`;

async function workspacesOf(workspace: string | undefined, signal: AbortSignal): Promise<readonly Workspace[]> {
  if (workspace !== undefined) return [await api.workspaces.get(workspace, { signal })];
  return (await api.workspaces.list({ signal })).items;
}
