import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { type BulkAction, type BulkOutcome, type BulkSubject, countBulk, nothingYet, runBulk } from './bulk.ts';

export const bulkWords: Readonly<Record<BulkAction, Readonly<{ verb: string; done: string; note: string }>>> = {
  cancel: {
    verb: 'Cancel',
    done: 'cancelled',
    note: 'What runs is asked to stop and, after a grace, killed.',
  },
  pause: {
    verb: 'Pause',
    done: 'paused',
    note: 'What workers hold goes on; nothing else begins until they are resumed.',
  },
  resume: { verb: 'Resume', done: 'resumed', note: 'What was held begins.' },
  retry: {
    verb: 'Retry',
    done: 'run again',
    note: 'Each runs again as a new run, keeping what succeeded. Runs that were cancelled are left out unless the filter names them.',
  },
};

/** Says how many runs it is about, asks, does it, and tells what came of it. */
export function BulkDialog({
  action,
  subject,
  onClose,
}: {
  action: BulkAction;
  subject: BulkSubject;
  onClose: () => void;
}) {
  const { verb, done, note } = bulkWords[action];
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<BulkOutcome>(nothingYet);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const count = useQuery({
    queryKey: ['bulk', action, subject],
    queryFn: ({ signal }) => ('ids' in subject ? subject.ids.length : countBulk(action, subject.search, signal)),
    gcTime: 0,
  });
  const work = useMutation({
    mutationFn: () => runBulk(action, subject, setOutcome, stop.current.signal),
    onSuccess: setOutcome,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['runs'] }),
  });
  const number = count.data ?? 0;
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={`${verb} runs`} description={note}>
      <div className="space-y-4 text-sm">
        <p role="status">
          {count.data === undefined
            ? count.error === null
              ? 'Counting the runs that this is about…'
              : errorText(count.error)
            : work.isIdle
              ? `This is about ${number === 0 ? 'no run: none that matches can be' : `${countText(number, 'run')}, to be`} ${done}.`
              : `${outcome.done.toLocaleString('en')} of ${number.toLocaleString('en')} ${done}${outcome.unchanged === 0 ? '' : `, ${outcome.unchanged} as they were`}.`}
        </p>
        {work.error === null ? null : <p className="text-bad">{errorText(work.error)}</p>}
        {outcome.failures.length === 0 ? null : (
          <ul className="max-h-48 space-y-1 overflow-y-auto rounded-md bg-bad-ground px-3 py-2 text-bad">
            {outcome.failures.map(({ run, message }) => (
              <li key={run}>
                Run {run}: {message}
              </li>
            ))}
          </ul>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{work.isIdle ? 'Not now' : work.isPending ? 'Stop here' : 'Close'}</Button>
          {work.isSuccess ? null : (
            <Button
              look={action === 'cancel' ? 'danger' : 'primary'}
              disabled={number === 0 || work.isPending}
              onClick={() => work.mutate()}
            >
              {verb} {number === 0 ? 'runs' : countText(number, 'run')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
