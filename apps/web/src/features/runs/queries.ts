import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { type RunSearch, spans } from './search.ts';

const pageSize = 50;

/** The query of the API that a filter of the list means. */
export function runsQueryOf({ within, children, status, ...rest }: RunSearch) {
  return {
    ...rest,
    ...(status === undefined ? {} : { status: [...status] }),
    ...(within === undefined ? {} : { created_after: new Date(Date.now() - spans[within] * 3_600_000).toISOString() }),
    ...(children === 'true' || rest.parent !== undefined ? {} : { top_level: true }),
  };
}

export const runsQuery = (search: RunSearch) =>
  infiniteQueryOptions({
    queryKey: ['runs', search],
    queryFn: ({ pageParam, signal }) =>
      api.runs.list(
        { ...runsQueryOf(search), limit: pageSize, ...(pageParam === null ? {} : { after: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
