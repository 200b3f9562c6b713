import type { Attempt, Run } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useMemo } from 'react';
import { QueryView } from '../../../components/query-view.tsx';
import { type Status, StatusIcon } from '../../../components/status.tsx';
import { type Column, Table } from '../../../components/table.tsx';
import { exactText } from '../../../components/times.ts';
import { timelineQuery } from '../queries.ts';

/** `status`: null of what began. */
type Entry = Readonly<{ at: string; key: string; status: Status | null; text: string }>;

/** What happened in the run, the latest first. */
export function RunHistory({ run }: { run: Run }) {
  const query = useQuery(timelineQuery(run.id));
  return (
    <QueryView query={query} what="history">
      {(attempts) => <History run={run} attempts={attempts} />}
    </QueryView>
  );
}

const columns: readonly Column<Entry>[] = [
  {
    id: 'at',
    header: 'When',
    width: '7.5rem',
    cell: ({ at }) => (
      <time dateTime={at} title={exactText(Date.parse(at))} className="font-mono text-xs">
        {exactText(Date.parse(at)).slice(11, 23)}
      </time>
    ),
  },
  {
    id: 'what',
    header: 'What',
    cell: ({ status, text }) => (
      <span className="flex items-center gap-2" title={text}>
        {status === null ? <Play aria-hidden className="size-4 shrink-0 text-faint" /> : <StatusIcon status={status} />}
        <span className="truncate">{text}</span>
      </span>
    ),
  },
];

function History({ run, attempts }: { run: Run; attempts: readonly Attempt[] }) {
  const entries = useMemo(() => entriesOf(run, attempts), [run, attempts]);
  return <Table label="History" rows={entries} columns={columns} rowId={({ key }) => key} />;
}

function entriesOf(run: Run, attempts: readonly Attempt[]): readonly Entry[] {
  const entries: Entry[] = [{ at: run.created_at, key: 'created', status: 'queued', text: 'The run was created' }];
  const add = (at: string | null, key: string, status: Status | null, text: string) => {
    if (at !== null) entries.push({ at, key, status, text });
  };
  add(run.started_at, 'started', null, 'The run began');
  add(run.paused?.at ?? null, 'paused', 'paused', `Paused by ${run.paused?.by ?? ''}`);
  add(run.ended_at, 'ended', run.status, `The run ended: ${run.status.replace('_', ' ')}`);
  for (const attempt of attempts) {
    const name = nameOf(attempt);
    const key = `${attempt.step}/${attempt.iteration}/${attempt.item}/${attempt.attempt}`;
    if (attempt.attempt > 0) add(attempt.started_at, `${key} began`, null, `${name} began`);
    const why = attempt.reason === null ? '' : ` (${attempt.reason.replaceAll('_', ' ')})`;
    const error = attempt.error === null ? '' : `: ${attempt.error.message}`;
    add(attempt.ended_at, `${key} ended`, attempt.status, `${name} ${attempt.status.replace('_', ' ')}${why}${error}`);
  }
  return entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** `build`, `build item 3`, `build, attempt 2`. */
function nameOf({ step, item, iteration, attempt }: Attempt): string {
  return [
    item < 0 ? step : `${step} item ${item}`,
    iteration > 0 ? `iteration ${iteration + 1}` : null,
    attempt > 1 ? `attempt ${attempt}` : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}
