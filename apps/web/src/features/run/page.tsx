import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RunPanel } from './panel/run-panel.tsx';
import { StepPanel } from './panel/step-panel.tsx';
import { runQuery } from './queries.ts';
import { RunActions } from './run-actions.tsx';
import { RunHeader } from './run-header.tsx';
import { RunSteps } from './run-steps.tsx';
import type { RunPageSearch } from './search.ts';

/** One page answers everything about a run: views of its steps on one side, what is chosen in them on the other. */
export function RunPage() {
  const { run: id } = useParams({ from: '/runs/$run' });
  const search = useSearch({ from: '/runs/$run' });
  const navigate = useNavigate({ from: '/runs/$run' });
  const poll = useLiveRefresh({ run: id, types: ['run', 'step', 'changed'] }, ['run', id]);
  const query = useQuery({
    ...runQuery(id),
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : poll),
  });
  const change = (next: RunPageSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false });
  const run = query.data;
  return (
    <Page
      title={run === undefined ? `Run ${id}` : `${run.workflow} #${id}`}
      heading={run === undefined ? undefined : <RunHeader run={run} />}
      actions={
        run === undefined ? undefined : (
          <RunActions run={run} step={search.step} item={search.item === undefined ? undefined : Number(search.item)} />
        )
      }
    >
      <QueryView query={query} what="run" skeletonRows={8}>
        {(shown) => {
          const step = search.step === undefined ? undefined : shown.steps[search.step];
          return (
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,30rem)]">
              <RunSteps
                run={shown}
                view={search.view}
                onView={(view) => change({ view })}
                selected={search.step}
                onSelect={(name) => change({ step: name, item: undefined, line: undefined })}
              />
              {search.step !== undefined && step !== undefined ? (
                <StepPanel
                  run={shown}
                  name={search.step}
                  step={step}
                  item={search.item === undefined ? undefined : Number(search.item)}
                  tab={search.tab}
                  onChange={change}
                />
              ) : (
                <RunPanel run={shown} tab={search.tab} onChange={change} />
              )}
            </div>
          );
        }}
      </QueryView>
    </Page>
  );
}
