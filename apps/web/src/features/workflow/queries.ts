import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

type Named = Readonly<{ workspace: string; workflow: string }>;

export const workflowQuery = ({ workspace, workflow }: Named) =>
  queryOptions({
    queryKey: ['workflow', workspace, workflow],
    queryFn: ({ signal }) => api.workflows.get(workspace, workflow, { signal }),
  });

/** As many runs as its figures are made of. */
export const countedRuns = 100;

export const workflowRunsQuery = ({ workspace, workflow }: Named) =>
  queryOptions({
    queryKey: ['runs', 'of-workflow', workspace, workflow],
    queryFn: ({ signal }) => api.runs.list({ workspace, workflow, limit: countedRuns }, { signal }),
  });

export const workflowSchedulesQuery = ({ workspace, workflow }: Named) =>
  queryOptions({
    queryKey: ['schedules', 'of-workflow', workspace, workflow],
    queryFn: ({ signal }) => api.schedules.list({ workspace, workflow, next: 1, limit: 100 }, { signal }),
  });

export const workflowWebhooksQuery = ({ workspace, workflow }: Named) =>
  queryOptions({
    queryKey: ['webhooks', 'of-workflow', workspace, workflow],
    queryFn: ({ signal }) => api.webhooks.list({ workspace, workflow }, { signal }),
  });

export const versionsQuery = ({ workspace, workflow }: Named) =>
  queryOptions({
    queryKey: ['workflow', workspace, workflow, 'versions'],
    queryFn: ({ signal }) => api.workflows.versions(workspace, workflow, { signal }),
  });

/** Without a revision: the live one. */
export const sourceQuery = ({ workspace, workflow }: Named, revision?: string) =>
  queryOptions({
    queryKey: ['workflow', workspace, workflow, 'source', revision ?? null],
    queryFn: ({ signal }) =>
      api.workflows.source(workspace, workflow, revision === undefined ? {} : { revision }, { signal }),
    ...(revision === undefined ? {} : { staleTime: Number.POSITIVE_INFINITY }),
  });

/** The run that a start begins like. What ran once does not change its input. */
export const exampleRunQuery = (run: string) =>
  queryOptions({
    queryKey: ['run', run, 'example'],
    queryFn: ({ signal }) => api.runs.get(run, {}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
