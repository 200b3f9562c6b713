import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** The secrets of each workspace, or of one. No answer of the server has a value. */
export const secretsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['secrets', workspace ?? null],
    queryFn: async ({ signal }) => {
      const names =
        workspace === undefined ? (await api.workspaces.list({ signal })).items.map(({ name }) => name) : [workspace];
      return Promise.all(
        names.map(async (name) => ({ workspace: name, secrets: (await api.secrets.list(name, { signal })).items })),
      );
    },
  });
