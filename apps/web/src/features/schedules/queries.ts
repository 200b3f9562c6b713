import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { SchedulesSearch } from './search.ts';

export const schedulesQuery = ({ enabled, ...filter }: SchedulesSearch) =>
  infiniteQueryOptions({
    queryKey: ['schedules', 'list', filter, enabled ?? null],
    queryFn: ({ pageParam, signal }) =>
      api.schedules.list(
        {
          ...filter,
          limit: 100,
          ...(enabled === undefined ? {} : { enabled: enabled === 'true' }),
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
