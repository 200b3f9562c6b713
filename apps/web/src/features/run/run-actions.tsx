import type { Run } from '@millrace/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, Pause, Play, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { by } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useShortcut } from '../../components/shortcuts.ts';
import { TextField } from '../../components/text-field.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { RerunDialog } from './rerun-dialog.tsx';

/** What can be done with a run as it stands now. */
export function RunActions({ run, step, item }: { run: Run; step: string | undefined; item: number | undefined }) {
  return run.ended_at === null ? <OpenRunActions run={run} /> : <EndedRunActions run={run} step={step} item={item} />;
}

function EndedRunActions({ run, step, item }: { run: Run; step: string | undefined; item: number | undefined }) {
  const [asking, setAsking] = useState(false);
  useShortcut({ keys: 'r', label: 'Run again', group: 'This page' }, () => setAsking(true));
  return (
    <>
      <Button needs="run:control" onClick={() => setAsking(true)}>
        <RotateCcw aria-hidden />
        {step === undefined ? 'Run again' : 'Run again from here'}
      </Button>
      <RerunDialog run={run} step={step} item={item} open={asking} onOpenChange={setAsking} />
    </>
  );
}

function OpenRunActions({ run }: { run: Run }) {
  const [asking, setAsking] = useState(false);
  const toast = useToast();
  const resume = useRunAction(run.id, 'The run was not resumed', () => api.runs.resume(run.id, by()));
  const pause = useRunAction(
    run.id,
    'The run was not paused',
    () => api.runs.pause(run.id, by()),
    () =>
      toast({
        text: `Run ${run.id} is paused`,
        detail: 'What workers hold goes on; nothing else begins.',
        action: { label: 'Resume', run: () => resume.mutate() },
      }),
  );
  return (
    <>
      {run.status === 'paused' ? (
        <Button needs="run:control" onClick={() => resume.mutate()} disabled={resume.isPending}>
          <Play aria-hidden />
          Resume
        </Button>
      ) : (
        <Button needs="run:control" onClick={() => pause.mutate()} disabled={pause.isPending || run.cancelling}>
          <Pause aria-hidden />
          Pause
        </Button>
      )}
      <Button look="danger" needs="run:control" onClick={() => setAsking(true)}>
        <Ban aria-hidden />
        Cancel
      </Button>
      <CancelDialog run={run} open={asking} onOpenChange={setAsking} />
    </>
  );
}

function CancelDialog({ run, open, onOpenChange }: { run: Run; open: boolean; onOpenChange: (open: boolean) => void }) {
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const cancel = useRunAction(
    run.id,
    'The run was not cancelled',
    () => api.runs.cancel(run.id, { ...by(), force, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) }),
    () => onOpenChange(false),
  );
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Cancel run ${run.id}`}
      description="What runs is asked to stop and, after a grace, killed. Results so far stay; the run can be re-run from them."
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          cancel.mutate();
        }}
      >
        <TextField
          label="Reason"
          placeholder="Shown to whoever looks at the run later"
          value={reason}
          onChange={setReason}
        />
        <label className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-(--accent-strong)"
            checked={force}
            onChange={(event) => setForce(event.target.checked)}
          />
          Kill at once, without the grace
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Leave it running</Button>
          <Button type="submit" look="danger" disabled={cancel.isPending}>
            Cancel the run
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks the server for a change of the run; then the page reads it again. */
function useRunAction(run: string, failure: string, ask: () => Promise<unknown>, onDone?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['run', run] });
      onDone?.();
    },
    onError: useErrorToast(failure),
  });
}
