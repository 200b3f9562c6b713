import type { Queue } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Gauge } from 'lucide-react';
import { api } from '../../api/client.ts';
import { pollMs } from '../../api/query-client.ts';
import { Card, Page, Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { LimitCard } from './limit-card.tsx';

/** What is shared: queues with their lines, and limits with who holds them and who waits. */
export function LimitsPage() {
  const { workspace } = useSearch({ strict: false });
  const of = workspace === undefined ? {} : { workspace };
  const queues = useQuery({
    queryKey: ['queues', workspace ?? null],
    queryFn: ({ signal }) => api.queues.list(of, { signal }),
    refetchInterval: pollMs,
  });
  const limits = useQuery({
    queryKey: ['limits', workspace ?? null],
    queryFn: ({ signal }) => api.limits.list({ ...of, limit: 100 }, { signal }),
    refetchInterval: pollMs,
  });
  return (
    <Page title="Queues and limits">
      <Section title="Queues">
        <QueryView query={queues} what="queues" skeletonRows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="p-4 text-soft text-sm">No queue is defined, and no work waits in one.</p>
            ) : (
              <Table
                label="Queues"
                rows={items}
                columns={columns}
                rowId={({ workspace: owner, queue }) => `${owner ?? ''}/${queue}`}
              />
            )
          }
        </QueryView>
      </Section>
      <section aria-label="Limits">
        <h2 className="mb-2 font-semibold">Limits that somebody holds or waits for</h2>
        <QueryView query={limits} what="limits" skeletonRows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Card>
                <Empty icon={<Gauge />} title="Nobody holds a limit">
                  Workflows and steps share limits by <code>concurrency</code>, <code>rate_limit</code> and queues with
                  a <code>limit</code>. While one is held, it stands here with its line.
                </Empty>
              </Card>
            ) : (
              <div className="space-y-3">
                {items.map((limit) => (
                  <LimitCard key={`${limit.workspace}/${limit.kind}/${limit.key}`} limit={limit} />
                ))}
              </div>
            )
          }
        </QueryView>
      </section>
    </Page>
  );
}

const columns: readonly Column<Queue>[] = [
  {
    id: 'queue',
    header: 'Queue',
    cell: ({ queue, workspace, description }) => (
      <span title={description ?? queue}>
        <span className="font-medium">{queue}</span> <span className="text-faint">{workspace}</span>
        {description === null ? null : <span className="text-soft max-md:hidden"> {description}</span>}
      </span>
    ),
  },
  {
    id: 'limit',
    header: 'Limit',
    width: '8rem',
    from: 'sm',
    cell: ({ limit, held }) => (limit === null ? <span className="text-faint">none</span> : `${held} of ${limit}`),
  },
  { id: 'waiting', header: 'Wait for it', width: '7rem', align: 'right', from: 'sm', cell: ({ waiting }) => waiting },
  { id: 'ready', header: 'Wait for a worker', width: '9rem', align: 'right', cell: ({ ready }) => ready },
  { id: 'leased', header: 'Workers hold', width: '7rem', align: 'right', cell: ({ leased }) => leased },
  {
    id: 'oldest',
    header: 'Longest wait since',
    width: '10rem',
    align: 'right',
    from: 'md',
    cell: ({ oldest_at }) => <RelativeTime at={oldest_at} />,
  },
];
