import type { Pack } from '@millrace/api';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export type PackRow = Pack & Readonly<{ workspace: string }>;

/** The packs of one workspace, or of all. */
export const packsQuery = (workspace: string | undefined) =>
  queryOptions({
    queryKey: ['packs', workspace ?? null],
    queryFn: async ({ signal }): Promise<readonly PackRow[]> => {
      const names =
        workspace === undefined ? (await api.workspaces.list({ signal })).items.map(({ name }) => name) : [workspace];
      const answers = await Promise.all(
        names.map(async (name) => ({ name, packs: await api.workspaces.packs(name, { signal }) })),
      );
      return answers.flatMap(({ name, packs }) => packs.items.map((pack) => ({ ...pack, workspace: name })));
    },
  });
