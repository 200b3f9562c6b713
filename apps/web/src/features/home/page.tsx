import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Page, Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Table } from '../../components/table.tsx';
import { runColumns } from '../runs/run-columns.tsx';
import { Figures } from './figures.tsx';
import { recentRunsQuery } from './queries.ts';
import { LateSchedules, WaitingApprovals } from './waiting.tsx';

/** What fails now, what waits for me, what is late, what runs. */
export function HomePage() {
  const { workspace } = useSearch({ strict: false });
  const navigate = useNavigate();
  const poll = useLiveRefresh({ types: ['run', 'changed'], ...(workspace === undefined ? {} : { workspace }) }, [
    'runs',
  ]);
  // An approval begins and ends with a step of a run.
  useLiveRefresh(
    { types: ['step', 'changed'], ...(workspace === undefined ? {} : { workspace }) },
    ['approvals'],
    2_000,
  );
  const recent = useQuery({ ...recentRunsQuery(workspace), refetchInterval: poll });
  return (
    <Page title="Home">
      <Figures workspace={workspace} />
      <WaitingApprovals workspace={workspace} />
      <LateSchedules workspace={workspace} />
      <Section
        title="Last runs"
        aside={
          <Link to="/runs" className="text-accent text-sm hover:underline">
            All runs
          </Link>
        }
      >
        <QueryView query={recent} what="runs">
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={<Play />} title="No run yet" command="npx millrace workflow start WORKFLOW --follow">
                <Link to="/workflows" className="text-accent underline">
                  Start a workflow
                </Link>{' '}
                and watch it here. From a terminal:
              </Empty>
            ) : (
              <Table
                label="Last runs"
                rows={items}
                columns={runColumns}
                rowId={(run) => run.id}
                onOpen={(run) => void navigate({ to: '/runs/$run', params: { run: run.id } })}
              />
            )
          }
        </QueryView>
      </Section>
    </Page>
  );
}
