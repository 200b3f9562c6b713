import type { Me } from '@millrace/api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './client.ts';

/** Who looks at these pages, as the server knows it, and what he may do. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.sessions.me({ signal }),
  staleTime: 60_000,
});

/** undefined: not known yet. */
export const useMe = (): Me | undefined => useQuery(meQuery).data;

/**
 * Whether one may do something somewhere, such as `run:control`; until that is known, yes. Where exactly, the server decides: it
 * refuses with the reason. undefined needs nothing.
 */
export function useMay(permission: string | undefined): boolean {
  const permissions = useMe()?.permissions;
  return permission === undefined || permissions === undefined || permissions[permission] !== 'none';
}

/** Why something cannot be done, and who can change that. */
export const notAllowedText = (permission: string): string =>
  `You may not do this: it needs the permission ${permission}. Whoever may change roles can grant it.`;
