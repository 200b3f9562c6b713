import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useLiveRefresh } from '../../../api/use-live-refresh.ts';
import { FaultNote } from '../../../components/fault-note.tsx';
import { JsonView } from '../../../components/json-tree.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { StatusBadge } from '../../../components/status.tsx';
import { childrenQuery, graphQuery, runQuery } from '../queries.ts';
import type { RunPageSearch } from '../search.ts';
import { StepList } from '../step-list.tsx';
import { StepPanel } from './step-panel.tsx';

/** The run that a step called, in place: nobody has to leave the parent to see what its child does. */
export function ChildRun({ run, step, item }: { run: string; step: string; item: number }) {
  const graph = useQuery(graphQuery(run));
  const children = useQuery(childrenQuery(run));
  const index = graph.data?.steps.findIndex(({ name }) => name === step);
  const own = children.data?.items.filter(({ parent }) => parent?.step_index === index && parent?.item === item) ?? [];
  return (
    <QueryView query={children} what="child runs" skeletonRows={3}>
      {() =>
        own.length === 0 ? (
          <p className="p-4 text-soft text-sm">It has not been started yet.</p>
        ) : (
          <div className="divide-y">
            {own.map(({ id }) => (
              <InPlace key={id} run={id} />
            ))}
          </div>
        )
      }
    </QueryView>
  );
}

function InPlace({ run: id }: { run: string }) {
  const [shown, setShown] = useState<RunPageSearch>({});
  const poll = useLiveRefresh({ run: id, types: ['run', 'step', 'changed'] }, ['run', id]);
  const query = useQuery({ ...runQuery(id), refetchInterval: ({ state }) => (state.data?.ended_at ? false : poll) });
  return (
    <QueryView query={query} what="run" skeletonRows={3}>
      {(run) => {
        const step = shown.step === undefined ? undefined : run.steps[shown.step];
        return (
          <div className="space-y-4 p-4">
            <div className="flex items-center gap-3">
              <Link to="/runs/$run" params={{ run: id }} className="font-medium text-accent hover:underline">
                {run.workflow} #{id}
              </Link>
              <StatusBadge status={run.status} />
            </div>
            {run.error === null ? null : <FaultNote fault={run.error} withStep />}
            <div className="overflow-clip rounded-md border">
              <StepList steps={run.steps} selected={shown.step} onSelect={(name) => setShown({ step: name })} />
            </div>
            {shown.step !== undefined && step !== undefined ? (
              <StepPanel
                run={run}
                name={shown.step}
                step={step}
                item={shown.item === undefined ? undefined : Number(shown.item)}
                tab={shown.tab}
                onChange={(next) => setShown((before) => ({ ...before, ...next }))}
              />
            ) : (
              <JsonView name="Output" value={run.output} />
            )}
          </div>
        );
      }}
    </QueryView>
  );
}
