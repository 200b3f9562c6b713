import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export const filesQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['files', workspace],
    queryFn: ({ signal }) => api.workspaces.files.list(workspace, { signal }),
  });

export const fileQuery = (workspace: string, path: string) =>
  queryOptions({
    queryKey: ['files', workspace, path],
    queryFn: ({ signal }) => api.workspaces.files.read(workspace, path, { signal }),
  });

/** What is wrong with a text in the place of a file, and what it would do. While a newer one is checked, the last answer stays. */
export const checkQuery = (workspace: string, path: string, text: string) =>
  queryOptions({
    queryKey: ['file-check', workspace, path, text],
    queryFn: ({ signal }) => api.workspaces.files.check(workspace, { path, text }, { signal }),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });

export const grammarQuery = queryOptions({
  queryKey: ['grammar'],
  queryFn: ({ signal }) => api.workspaces.files.grammar({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
