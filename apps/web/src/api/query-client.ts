import { ApiError } from '@millrace/client';
import { QueryClient } from '@tanstack/react-query';

/** How often what may change is looked at while nothing tells of changes. */
export const pollMs = 3_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        gcTime: 5 * 60_000,
        // A server that is away comes back; one that says no, says no again.
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.retryable,
        retryDelay: (failures) => 300 * 2 ** failures,
        refetchOnWindowFocus: true,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}
