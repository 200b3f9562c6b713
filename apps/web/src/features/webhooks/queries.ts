import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { WebhooksSearch } from './search.ts';

export const webhooksQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['webhooks', 'list', workspace ?? null],
    queryFn: ({ signal }) => api.webhooks.list(workspace === undefined ? {} : { workspace }, { signal }),
  });

export const deliveriesQuery = (search: WebhooksSearch) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', search],
    queryFn: ({ pageParam, signal }) =>
      api.webhooks.deliveries(
        { ...search, limit: 50, ...(pageParam === null ? {} : { after: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
