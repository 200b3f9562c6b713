import type { JoinedWorker } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Ban, KeySquare } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Bounds } from './bounds-cell.tsx';
import { joinedQuery } from './queries.ts';

/** Workers that have tokens of their own, also those that do not run now. */
export function JoinedWorkers({ onRevoke }: { onRevoke: (worker: JoinedWorker) => void }) {
  const query = useQuery(joinedQuery);
  return (
    <Section title="Workers with tokens of their own">
      <QueryView query={query} what="joined workers" skeletonRows={2}>
        {(joined) =>
          joined.length === 0 ? (
            <Empty icon={<KeySquare />} title="No worker has joined yet">
              A worker that joins has a token of its own, which can be revoked without touching the others.
            </Empty>
          ) : (
            <Table label="Joined workers" rows={joined} columns={columns(onRevoke)} rowId={({ id }) => id} />
          )
        }
      </QueryView>
    </Section>
  );
}

const columns = (revoke: (worker: JoinedWorker) => void): readonly Column<JoinedWorker>[] => [
  {
    id: 'name',
    header: 'Worker',
    cell: ({ name, id, revoked_by: by }) => (
      <span className="inline-flex items-center gap-2 align-middle">
        <span className="font-medium">{name}</span>
        <code className="font-mono text-faint text-xs max-sm:hidden">mrw_{id}…</code>
        {by === null ? null : <Mark tone="bad">revoked by {by}</Mark>}
      </span>
    ),
  },
  { id: 'bounds', header: 'May serve', width: '16rem', from: 'md', cell: ({ bounds }) => <Bounds bounds={bounds} /> },
  {
    id: 'joined',
    header: 'Joined',
    width: '7rem',
    from: 'lg',
    cell: ({ joined_at: at }) => <RelativeTime at={at} />,
  },
  {
    id: 'since',
    header: 'Token since',
    width: '7rem',
    from: 'lg',
    cell: ({ rotated_at: at }) => <RelativeTime at={at} />,
  },
  { id: 'used', header: 'Heard of', width: '7rem', from: 'sm', cell: ({ used_at: at }) => <RelativeTime at={at} /> },
  {
    id: 'do',
    header: <span className="sr-only">Revoke</span>,
    width: '4rem',
    align: 'right',
    cell: (worker) =>
      worker.revoked_at === null ? (
        <IconButton
          label={`Revoke worker ${worker.name}`}
          needs="worker:admit"
          className="align-middle"
          onClick={() => revoke(worker)}
        >
          <Ban />
        </IconButton>
      ) : null,
  },
];
