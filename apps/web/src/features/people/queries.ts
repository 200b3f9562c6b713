import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';

export const usersQuery = queryOptions({
  queryKey: ['people', 'users'],
  queryFn: async ({ signal }) => (await api.users.list({ signal })).items,
});

export const userQuery = (user: string) =>
  queryOptions({ queryKey: ['people', 'users', user], queryFn: ({ signal }) => api.users.get(user, { signal }) });

export const userSessionsQuery = (user: string) =>
  queryOptions({
    queryKey: ['people', 'users', user, 'sessions'],
    queryFn: async ({ signal }) => (await api.users.sessions(user, { signal })).items,
  });

export const userIdentitiesQuery = (user: string) =>
  queryOptions({
    queryKey: ['people', 'users', user, 'identities'],
    queryFn: async ({ signal }) => (await api.users.identities(user, { signal })).items,
  });

export const serviceAccountsQuery = queryOptions({
  queryKey: ['people', 'service-accounts'],
  queryFn: async ({ signal }) => (await api.serviceAccounts.list({ signal })).items,
});

export const groupsQuery = queryOptions({
  queryKey: ['people', 'groups'],
  queryFn: async ({ signal }) => (await api.groups.list({ signal })).items,
});

export const rolesQuery = queryOptions({
  queryKey: ['people', 'roles'],
  queryFn: async ({ signal }) => (await api.roles.list({ signal })).items,
});

export const bindingsQuery = queryOptions({
  queryKey: ['people', 'role-bindings'],
  queryFn: async ({ signal }) => (await api.roleBindings.list({}, { signal })).items,
});

export const apiKeysQuery = queryOptions({
  queryKey: ['people', 'api-keys'],
  queryFn: async ({ signal }) => (await api.apiKeys.list({}, { signal })).items,
});

/**
 * Changes something of people; then all of it is read again, for groups, roles and keys hang together. `failure` is told when the
 * server refuses and nobody else tells it.
 */
export function usePeopleChange<Given = void, Result = unknown>(
  act: (given: Given) => Promise<Result>,
  {
    failure,
    done,
    onDone,
  }: Readonly<{
    failure?: string;
    /** What to say when it is done. */
    done?: (result: Result, given: Given) => string;
    onDone?: (result: Result, given: Given) => void;
  }> = {},
) {
  const queries = useQueryClient();
  const toast = useToast();
  const showError = useErrorToast(failure ?? '');
  return useMutation({
    mutationFn: act,
    onSuccess: (result, given) => {
      void queries.invalidateQueries({ queryKey: ['people'] });
      void queries.invalidateQueries({ queryKey: ['me'] });
      if (done !== undefined) toast({ text: done(result, given) });
      onDone?.(result, given);
    },
    ...(failure === undefined ? {} : { onError: showError }),
    // Answers may hold what is shown once.
    gcTime: 0,
  });
}
