import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export const recentRunsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'recent', workspace ?? null],
    queryFn: ({ signal }) =>
      api.runs.list({ limit: 10, top_level: true, ...(workspace === undefined ? {} : { workspace }) }, { signal }),
  });
