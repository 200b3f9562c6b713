import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import type { Asked } from './page.tsx';

/** Forgets what is stored, after asking: there is no way back to a value that nobody can read. */
export function RemoveDialog({
  asked: { workspace, name },
  onClose,
}: {
  asked: Extract<Asked, { what: 'remove' }>;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => api.secrets.remove(workspace, name),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['secrets'] });
      toast({ text: `Secret ${name} is forgotten` });
      onClose();
    },
    onError: useErrorToast(`Secret ${name} was not removed`),
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Remove ${name}?`}
      description={`The value that is stored for ${workspace} is forgotten and cannot be brought back. Attempts that begin from now on and read it fail, unless another place has it.`}
    >
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Remove it
        </Button>
      </div>
    </Dialog>
  );
}
