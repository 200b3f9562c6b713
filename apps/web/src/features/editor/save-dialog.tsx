import type { SavedFile, Workspace } from '@millrace/api';
import { ApiError } from '@millrace/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { diagnosticsText } from '../../components/diagnostics.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { errorText } from '../../components/error-text.ts';
import { useToast } from '../../components/toast.tsx';
import { shownText } from './line-ends.ts';
import { fileQuery } from './queries.ts';
import type { ServerText } from './use-draft.ts';

/** Shows what saving would change of what the file holds now, and saves it. */
export function SaveDialog({
  open,
  onOpenChange,
  workspace,
  path,
  server,
  text,
  isOutdated,
  diagnostics,
  onSaved,
  onDiscard,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  workspace: string;
  path: string;
  server: ServerText;
  /** As it would be saved. */
  text: string;
  isOutdated: boolean;
  diagnostics: Workspace['diagnostics'];
  onSaved: (file: SavedFile['file']) => void;
  onDiscard: () => void;
}) {
  const queries = useQueryClient();
  const toast = useToast();
  const save = useMutation({
    mutationFn: () => api.workspaces.files.write(workspace, { path, text, based_on: server.digest }),
    onSuccess: ({ file, workspace: { diagnostics: found } }) => {
      const failed = found.some(({ severity }) => severity === 'error');
      toast({
        text: `${path} was saved`,
        detail: failed ? 'It has errors, so the last valid revision stays live.' : 'It is live.',
        tone: failed ? 'bad' : 'good',
      });
      onSaved(file);
    },
    onError: (error) => {
      // Somebody was quicker: what the file holds now is what the difference must be to.
      if (isConflict(error)) void queries.invalidateQueries({ queryKey: fileQuery(workspace, path).queryKey });
    },
  });
  const problems = diagnosticsText(diagnostics.filter(({ severity }) => severity === 'error'));
  return (
    <Dialog
      open={open}
      onOpenChange={(wanted) => {
        save.reset();
        onOpenChange(wanted);
      }}
      title={server.digest === null ? `Save the new file ${path}` : `Save ${path}`}
      wide
    >
      <div className="space-y-4">
        {isOutdated ? (
          <p role="alert" className="rounded-md bg-wait-ground px-3 py-2 text-sm text-wait">
            Somebody else changed the file meanwhile. This is what saving would change of what it holds now: lines with
            a minus may be theirs.
          </p>
        ) : null}
        {problems === null ? null : (
          <p className="rounded-md bg-bad-ground px-3 py-2 text-bad text-sm">
            The workspace would have {problems}. It can be saved; the last valid revision stays live.
          </p>
        )}
        <div className="max-h-[45vh] overflow-auto rounded-md border">
          <DiffView before={shownText(server.text)} after={shownText(text)} label="What saving changes" />
        </div>
        {save.isError && !isConflict(save.error) ? (
          <p role="alert" className="text-bad text-sm">
            It was not saved. {errorText(save.error)}
          </p>
        ) : null}
        <div className="flex flex-wrap justify-end gap-2">
          {isOutdated ? (
            <Button look="danger" onClick={onDiscard}>
              Drop my changes
            </Button>
          ) : null}
          <Button look="primary" autoFocus={!isOutdated} disabled={save.isPending} onClick={() => save.mutate()}>
            {save.isPending ? 'Saving' : isOutdated ? 'Save over theirs' : 'Save'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const isConflict = (error: unknown): boolean => error instanceof ApiError && error.code === 'conflict';
