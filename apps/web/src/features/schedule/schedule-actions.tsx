import type { Schedule } from '@millrace/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CalendarSearch, Play, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { by } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { BackfillDialog } from './backfill-dialog.tsx';

/** Starts its run now, or those of past times; and lets the definition decide again. */
export function ScheduleActions({ schedule }: { schedule: Schedule }) {
  const { workspace, name } = schedule;
  const [backfilling, setBackfilling] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const refresh = () => void queries.invalidateQueries({ queryKey: ['schedules'] });
  const fire = useMutation({
    mutationFn: () => api.schedules.fire(workspace, name, by()),
    onSuccess: ({ id }) => {
      refresh();
      toast({
        text: `Run ${id} is started`,
        detail: 'The times of the schedule go on as they would.',
        action: { label: 'Show it', run: () => void navigate({ to: '/runs/$run', params: { run: id } }) },
      });
    },
    onError: useErrorToast('The run was not started'),
  });
  const reset = useMutation({
    mutationFn: () => api.schedules.reset(workspace, name, by()),
    onSuccess: ({ enabled }) => {
      refresh();
      toast({ text: `The definition decides again: it is ${enabled ? 'enabled' : 'disabled'}` });
    },
    onError: useErrorToast('The schedule was not reset'),
  });
  return (
    <>
      {schedule.override === null ? null : (
        <Button
          needs="schedule:change"
          onClick={() => reset.mutate()}
          disabled={reset.isPending}
          title="Let the definition decide again"
        >
          <RotateCcw aria-hidden />
          Reset
        </Button>
      )}
      <Button needs="schedule:start" onClick={() => setBackfilling(true)}>
        <CalendarSearch aria-hidden />
        Backfill
      </Button>
      <Button look="primary" needs="schedule:start" onClick={() => fire.mutate()} disabled={fire.isPending}>
        <Play aria-hidden />
        Start now
      </Button>
      <BackfillDialog schedule={schedule} open={backfilling} onOpenChange={setBackfilling} />
    </>
  );
}
