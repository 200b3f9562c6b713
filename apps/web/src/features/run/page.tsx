import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Card, Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { runQuery } from './queries.ts';
import { RunActions } from './run-actions.tsx';
import { RunHeader } from './run-header.tsx';
import { RunLogs } from './run-logs.tsx';
import { StepList } from './step-list.tsx';
import { StepPanel } from './step-panel.tsx';

export function RunPage() {
  const { run: id } = useParams({ from: '/runs/$run' });
  const { step } = useSearch({ from: '/runs/$run' });
  const navigate = useNavigate({ from: '/runs/$run' });
  const poll = useLiveRefresh({ run: id, types: ['run', 'step', 'changed'] }, ['run', id]);
  const query = useQuery({
    ...runQuery(id),
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : poll),
  });
  const select = (name: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, step: name }) as { step?: string }, replace: true });
  return (
    <Page
      title={query.data === undefined ? `Run ${id}` : `${query.data.workflow} #${id}`}
      heading={query.data === undefined ? undefined : <RunHeader run={query.data} />}
      actions={query.data === undefined ? undefined : <RunActions run={query.data} />}
    >
      <QueryView query={query} what="run" skeletonRows={8}>
        {(run) => (
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Card>
              <StepList steps={run.steps} selected={step} onSelect={select} />
            </Card>
            {step !== undefined && run.steps[step] !== undefined ? (
              <StepPanel run={id} name={step} step={run.steps[step]} onClose={() => select(undefined)} />
            ) : (
              <RunLogs run={id} step={undefined} ended={run.ended_at !== null} />
            )}
          </div>
        )}
      </QueryView>
    </Page>
  );
}
