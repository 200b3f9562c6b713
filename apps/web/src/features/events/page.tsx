import type { Event } from '@millrace/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Zap } from 'lucide-react';
import { useState } from 'react';
import { pollMs } from '../../api/query-client.ts';
import { Button } from '../../components/button.tsx';
import { linkClass } from '../../components/link-class.ts';
import { MoreButton } from '../../components/more-button.tsx';
import { NameField } from '../../components/name-field.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { EmitDialog } from './emit-dialog.tsx';
import { eventsQuery } from './queries.ts';
import type { EventsSearch } from './search.ts';
import { sourceText } from './source-text.ts';

/** Facts that arrived or happened, newest first. */
export function EventsPage() {
  const search = useSearch({ from: '/events' });
  const navigate = useNavigate();
  const [emitting, setEmitting] = useState(false);
  const query = useInfiniteQuery({ ...eventsQuery(search), refetchInterval: pollMs });
  return (
    <Page
      title="Events"
      actions={
        <Button needs="event:emit" onClick={() => setEmitting(true)}>
          <Zap aria-hidden />
          Emit an event
        </Button>
      }
    >
      <Filters search={search} />
      <Card>
        <QueryView query={query} what="events">
          {({ pages }) => {
            const rows = pages.flatMap(({ items }) => items);
            if (rows.length === 0) return <NoEvents search={search} />;
            return (
              <>
                <Table
                  label="Events"
                  rows={rows}
                  columns={columns}
                  rowId={({ id }) => id}
                  onOpen={({ id }) => void navigate({ to: '/events/$event', params: { event: id } })}
                />
                <MoreButton query={query} />
              </>
            );
          }}
        </QueryView>
      </Card>
      <EmitDialog workspace={search.workspace} open={emitting} onOpenChange={setEmitting} />
    </Page>
  );
}

const columns: readonly Column<Event>[] = [
  {
    id: 'event',
    header: 'Event',
    width: '6rem',
    cell: ({ id }) => (
      <Link to="/events/$event" params={{ event: id }} className={`font-medium ${linkClass}`}>
        {id}
      </Link>
    ),
  },
  {
    id: 'type',
    header: 'Type',
    width: '16rem',
    cell: ({ type, workspace }) => (
      <span title={`${type} in ${workspace}`}>
        {type} <span className="text-faint">{workspace}</span>
      </span>
    ),
  },
  {
    id: 'payload',
    header: 'Payload',
    from: 'md',
    cell: ({ payload }) => <code className="font-mono text-soft text-xs">{JSON.stringify(payload).slice(0, 300)}</code>,
  },
  { id: 'key', header: 'Key', width: '10rem', from: 'lg', cell: ({ key }) => key },
  {
    id: 'source',
    header: 'From',
    width: '8rem',
    from: 'sm',
    cell: (event) => <span className="text-soft">{sourceText(event)}</span>,
  },
  { id: 'at', header: 'When', width: '7rem', align: 'right', cell: ({ at }) => <RelativeTime at={at} /> },
];

function Filters({ search }: { search: EventsSearch }) {
  const navigate = useNavigate({ from: '/events' });
  const change = (next: Readonly<Partial<Record<keyof EventsSearch, string | undefined>>>) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as EventsSearch, replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <NameField label="Type" value={search.type ?? ''} onChange={(type) => change({ type: type || undefined })} />
      <NameField label="Key" value={search.key ?? ''} onChange={(key) => change({ key: key || undefined })} />
    </div>
  );
}

function NoEvents({ search }: { search: EventsSearch }) {
  return search.type !== undefined || search.key !== undefined ? (
    <Empty icon={<Zap />} title="No event matches">
      Type and key must be given exactly.
    </Empty>
  ) : (
    <Empty icon={<Zap />} title="No event yet" command="npx millrace event emit order.paid --payload id=7">
      Programs, steps of type emit and people emit events. From a terminal:
    </Empty>
  );
}
