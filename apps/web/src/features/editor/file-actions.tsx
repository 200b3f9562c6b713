import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { keepDraft } from './drafts.ts';
import { PathDialog } from './path-dialog.tsx';
import { filesQuery } from './queries.ts';

/** Renames and removes a file, after asking. What is not saved must be saved or discarded before. */
export function FileActions({
  workspace,
  path,
  digest,
  isChanged,
}: {
  workspace: string;
  path: string;
  digest: string;
  isChanged: boolean;
}) {
  const [asking, setAsking] = useState<'rename' | 'remove' | null>(null);
  const files = useQuery(filesQuery(workspace));
  const queries = useQueryClient();
  const navigate = useNavigate({ from: '/workspaces/$workspace/files' });
  const toast = useToast();
  const done = (text: string, open: string | null) => {
    keepDraft(workspace, path, null);
    setAsking(null);
    toast({ text });
    void navigate({ search: open === null ? {} : { file: open } });
    for (const key of ['files', 'workspaces', 'workflows']) void queries.invalidateQueries({ queryKey: [key] });
  };
  const rename = useMutation({
    mutationFn: (to: string) => api.workspaces.files.rename(workspace, { path, to, based_on: digest }),
    onSuccess: ({ file }) => done(`${path} is ${file.path} now`, file.path),
    onError: useErrorToast(`${path} was not renamed`),
  });
  const remove = useMutation({
    mutationFn: () => api.workspaces.files.remove(workspace, { path, based_on: digest }),
    onSuccess: () => done(`${path} was removed`, null),
    onError: useErrorToast(`${path} was not removed`),
  });
  const why = isChanged ? 'Save or discard the changes before.' : undefined;
  return (
    <>
      <Button
        small
        look="quiet"
        needs="workspace:change"
        disabled={isChanged}
        title={why}
        onClick={() => setAsking('rename')}
      >
        Rename
      </Button>
      <Button
        small
        look="quiet"
        needs="workspace:change"
        disabled={isChanged}
        title={why}
        onClick={() => setAsking('remove')}
      >
        Remove
      </Button>
      <PathDialog
        open={asking === 'rename'}
        onOpenChange={() => setAsking(null)}
        title={`Rename ${path}`}
        action="Rename"
        initial={path}
        taken={files.data?.items.map((item) => item.path) ?? []}
        onChoose={(to) => rename.mutate(to)}
      />
      <Dialog
        open={asking === 'remove'}
        onOpenChange={() => setAsking(null)}
        title={`Remove ${path}?`}
        description="The file is deleted from the workspace's folder. Its workflows are gone with the next revision; runs that exist stay."
      >
        <div className="flex justify-end">
          <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Remove it
          </Button>
        </div>
      </Dialog>
    </>
  );
}
