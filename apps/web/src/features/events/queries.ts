import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { EventsSearch } from './search.ts';

export const eventsQuery = (search: EventsSearch) =>
  infiniteQueryOptions({
    queryKey: ['events', search],
    queryFn: ({ pageParam, signal }) =>
      api.events.list({ ...search, limit: 50, ...(pageParam === null ? {} : { after: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const eventQuery = (event: string) =>
  queryOptions({ queryKey: ['event', event], queryFn: ({ signal }) => api.events.get(event, { signal }) });
