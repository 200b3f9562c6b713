import type { Worker } from '@millrace/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';

/** Lets a worker get nothing new, or work again; the toast has the way back. */
export function DrainButton({ worker: { id, name, draining_since: since } }: { worker: Worker }) {
  const queries = useQueryClient();
  const toast = useToast();
  const change = useMutation({
    mutationFn: (drain: boolean) => (drain ? api.workers.drain(id) : api.workers.resume(id)),
    onSuccess: (_, drained) => {
      void queries.invalidateQueries({ queryKey: ['workers'] });
      toast({
        text: drained ? `Worker ${name} gets nothing new` : `Worker ${name} gets work again`,
        detail: drained ? 'What it holds goes on.' : 'Ready steps come to it from now on.',
        action: { label: 'Undo', run: () => change.mutate(!drained) },
      });
    },
    onError: useErrorToast(`Worker ${name} was not changed`),
  });
  const drains = since !== null;
  return (
    <Button
      small
      needs="worker:change"
      disabled={change.isPending}
      aria-label={`${drains ? 'Resume' : 'Drain'} worker ${name}`}
      onClick={() => change.mutate(!drains)}
    >
      {drains ? 'Resume' : 'Drain'}
    </Button>
  );
}
