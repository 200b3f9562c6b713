import type { Schedule } from '@millrace/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { by } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Mark } from '../../components/mark.tsx';
import { Problem } from '../../components/problem.tsx';
import { RunLink } from '../../components/run-link.tsx';
import { TextField } from '../../components/text-field.tsx';
import { exactText } from '../../components/times.ts';
import { useToast } from '../../components/toast.tsx';

type Backfill = Awaited<ReturnType<typeof api.schedules.backfill>>;
type Asked = Readonly<{ dry_run: boolean }>;

/** Starts the runs of past times that are missing, after showing which they are. */
export function BackfillDialog({
  schedule,
  open,
  onOpenChange,
}: {
  schedule: Schedule;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Backfill ${schedule.name}`}
      description="Starts a run for each time of a past range that has none. A time that has its run keeps it."
      wide
    >
      {open ? <BackfillForm schedule={schedule} close={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function BackfillForm({ schedule, close }: { schedule: Schedule; close: () => void }) {
  const [from, setFrom] = useState(() => localMinute(Date.now() - 24 * 3_600_000));
  const [to, setTo] = useState(() => localMinute(Date.now()));
  const queries = useQueryClient();
  const toast = useToast();
  const ask = useMutation({
    mutationFn: ({ dry_run }: Asked) =>
      api.schedules.backfill(schedule.workspace, schedule.name, {
        ...by(),
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        dry_run,
      }),
    onSuccess: ({ items, dry_run }) => {
      if (dry_run) return;
      const started = items.filter(({ created }) => created).length;
      toast({
        text: `${countText(started, 'run is', 'runs are')} started`,
        detail: 'Each has its nominal time.',
      });
      void queries.invalidateQueries({ queryKey: ['schedules'] });
      void queries.invalidateQueries({ queryKey: ['runs'] });
      close();
    },
  });
  const valid = !Number.isNaN(Date.parse(from)) && !Number.isNaN(Date.parse(to));
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    ask.reset(); // what was shown is of another range
  };
  const missing = ask.data?.items.filter(({ created }) => created).length ?? 0;
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate({ dry_run: true });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="From" type="datetime-local" value={from} onChange={change(setFrom)} />
        <TextField label="To" type="datetime-local" value={to} onChange={change(setTo)} />
      </div>
      {ask.error === null ? null : <Problem>{errorText(ask.error)}</Problem>}
      {ask.data === undefined ? null : <Times items={ask.data.items} />}
      <div className="flex justify-end gap-2">
        <Button type="submit" disabled={!valid || ask.isPending}>
          Show the times
        </Button>
        {ask.data === undefined ? null : (
          <Button
            look="primary"
            disabled={missing === 0 || ask.isPending}
            onClick={() => ask.mutate({ dry_run: false })}
          >
            Start {countText(missing, 'run')}
          </Button>
        )}
      </div>
    </form>
  );
}

function Times({ items }: { items: Backfill['items'] }) {
  if (items.length === 0) return <p className="text-soft text-sm">The schedule has no time in this range.</p>;
  return (
    <ol aria-label="Times of the range" className="max-h-60 divide-y overflow-y-auto rounded-md border text-sm">
      {items.map(({ scheduled_at, run, created }) => (
        <li key={scheduled_at} className="flex items-center justify-between gap-4 px-3 py-1.5">
          <span>{exactText(Date.parse(scheduled_at)).replace('.000', '')}</span>
          {created ? <Mark tone="busy">is missing</Mark> : <RunLink run={run}>has run {run}</RunLink>}
        </li>
      ))}
    </ol>
  );
}

/** As the browser's field has it: in the time zone of who looks. */
function localMinute(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
