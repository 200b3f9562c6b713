import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export const workspaceQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['workspaces', workspace],
    queryFn: ({ signal }) => api.workspaces.get(workspace, { signal }),
  });

/** What the source holds that is not live. Reading a source takes a while, so it is not asked for again by itself. */
export const driftQuery = (workspace: string, ref: string | null) =>
  queryOptions({
    queryKey: ['drift', workspace, ref],
    queryFn: ({ signal }) => api.workspaces.plan(workspace, ref === null ? {} : { ref }, { signal }),
    staleTime: 30_000,
    refetchOnWindowFocus: false,
  });
