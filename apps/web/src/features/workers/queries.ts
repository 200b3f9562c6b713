import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { pollMs } from '../../api/query-client.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';

export const workersQuery = queryOptions({
  queryKey: ['workers', 'list'],
  queryFn: ({ signal }) => api.workers.list({ signal }),
  refetchInterval: pollMs,
});

export const joinedQuery = queryOptions({
  queryKey: ['workers', 'joined'],
  queryFn: async ({ signal }) => (await api.workers.joined({ signal })).items,
  refetchInterval: pollMs,
});

export const joinTokensQuery = queryOptions({
  queryKey: ['workers', 'join-tokens'],
  queryFn: async ({ signal }) => (await api.joinTokens.list({ signal })).items,
  refetchInterval: pollMs,
});

/** Lets workers in, or sends them away; then all of it is read again. Without `failure` somebody else tells of it. */
export function useJoiningChange<Given = void, Result = unknown>(
  act: (given: Given) => Promise<Result>,
  { failure, done, onDone }: Readonly<{ failure?: string; done?: (given: Given) => string; onDone?: () => void }> = {},
) {
  const queries = useQueryClient();
  const toast = useToast();
  const showError = useErrorToast(failure ?? '');
  return useMutation({
    mutationFn: act,
    onSuccess: (_, given) => {
      void queries.invalidateQueries({ queryKey: ['workers'] });
      if (done !== undefined) toast({ text: done(given) });
      onDone?.();
    },
    ...(failure === undefined ? {} : { onError: showError }),
    // Answers hold what is shown once.
    gcTime: 0,
  });
}
