import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Table } from '../../components/table.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { runsQuery } from './queries.ts';
import { runColumns } from './run-columns.tsx';
import { RunFilters } from './run-filters.tsx';
import { SavedFilters } from './saved-filters.tsx';
import type { RunSearch } from './search.ts';

export function RunsPage() {
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate();
  const poll = useLiveRefresh(
    { types: ['run', 'changed'], ...(search.workspace === undefined ? {} : { workspace: search.workspace }) },
    ['runs'],
  );
  const query = useInfiniteQuery({ ...runsQuery(search), refetchInterval: poll });
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const mark = (id: string) =>
    setMarked((before) =>
      before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id]),
    );
  return (
    <Page
      title="Runs"
      actions={
        <>
          <BulkActions search={search} marked={marked} onClear={() => setMarked(new Set())} />
          <SavedFilters search={search} />
        </>
      }
    >
      <RunFilters search={search} />
      <Card>
        <QueryView query={query} what="runs" skeletonRows={10}>
          {({ pages }) => {
            const rows = pages.flatMap(({ items }) => items);
            return rows.length === 0 ? (
              <NoRuns search={search} />
            ) : (
              <Table
                label="Runs"
                rows={rows}
                columns={runColumns}
                rowId={(run) => run.id}
                marked={marked}
                onMark={mark}
                onOpen={(run) => void navigate({ to: '/runs/$run', params: { run: run.id } })}
                onEnd={() => {
                  if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
                }}
              />
            );
          }}
        </QueryView>
      </Card>
    </Page>
  );
}

function NoRuns({ search }: { search: RunSearch }) {
  const { workspace: _workspace, ...filters } = search;
  if (Object.keys(filters).length > 0) {
    return (
      <Empty icon={<Play />} title="No run matches">
        Loosen the filters above to see more.
      </Empty>
    );
  }
  return (
    <Empty icon={<Play />} title="No run yet" command="npx millrace workflow start WORKFLOW --follow">
      A run appears here as soon as somebody, a schedule, a webhook or an event starts a workflow. From a terminal:
    </Empty>
  );
}
