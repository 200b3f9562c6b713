import type { RunSummary, Workflow } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Play, RotateCcw } from 'lucide-react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { useMay } from '../../api/use-me.ts';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass, textLinkClass } from '../../components/link-class.ts';
import { Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { durationText } from '../../components/times.ts';
import { runColumns } from '../runs/run-columns.tsx';
import { countedRuns, workflowRunsQuery } from './queries.ts';
import { figuresOf } from './run-figures.ts';
import { WorkflowTriggers } from './workflow-triggers.tsx';

/** How it went, and what starts it. */
export function WorkflowRuns({ workflow }: { workflow: Workflow }) {
  const named = { workspace: workflow.workspace, workflow: workflow.name };
  const poll = useLiveRefresh({ types: ['run', 'changed'], ...named }, ['runs', 'of-workflow']);
  const query = useQuery({ ...workflowRunsQuery(named), refetchInterval: poll });
  return (
    <>
      <WorkflowTriggers workflow={workflow} />
      <Section
        title="Run history"
        aside={
          <Link to="/runs" search={named} className={`text-sm ${linkClass}`}>
            All runs
          </Link>
        }
      >
        <QueryView query={query} what="runs">
          {({ items }) => (items.length === 0 ? <NoRuns /> : <History runs={items} named={named} />)}
        </QueryView>
      </Section>
    </>
  );
}

type Named = Readonly<{ workspace: string; workflow: string }>;

/** The history tells no workflow, but leads to the same start again. */
const columns = (named: Named): readonly Column<RunSummary>[] => [
  ...runColumns.filter(({ id }) => id !== 'workflow'),
  {
    id: 'again',
    header: <span className="sr-only">Start again</span>,
    width: '3.5rem',
    align: 'right',
    from: 'sm',
    cell: (run) => (
      <Link
        to="/workflows/$workspace/$workflow"
        params={named}
        search={{ view: 'start', like: run.id }}
        title="Start again with these inputs"
        aria-label={`Start again with the inputs of run ${run.id}`}
        className="inline-flex size-6 items-center justify-center rounded-sm text-soft hover:bg-hover hover:text-text"
      >
        <RotateCcw aria-hidden className="size-4" />
      </Link>
    ),
  },
];

function History({ runs, named }: { runs: readonly RunSummary[]; named: Named }) {
  const navigate = useNavigate();
  return (
    <>
      <Figures runs={runs} named={named} />
      <Table
        label="Run history"
        rows={runs}
        columns={columns(named)}
        rowId={(run) => run.id}
        onOpen={(run) => void navigate({ to: '/runs/$run', params: { run: run.id } })}
      />
    </>
  );
}

function Figures({ runs, named }: { runs: readonly RunSummary[]; named: Named }) {
  const { ended, succeeded, failed, durations } = figuresOf(runs);
  if (ended === 0) return null;
  return (
    <div className="border-b px-4 py-2">
      <Facts>
        <Fact name={runs.length < countedRuns ? 'Of all' : `Of the last ${countedRuns}`}>
          <Link to="/runs" search={{ ...named, status: ['succeeded'] }} className={linkClass}>
            {succeeded} succeeded
          </Link>
          {', '}
          <Link to="/runs" search={{ ...named, status: ['failed', 'timed_out'] }} className={linkClass}>
            {failed} failed
          </Link>
        </Fact>
        {durations === null ? null : (
          <>
            <Fact name="Half took up to">{durationText(durations.p50)}</Fact>
            <Fact name="95 % up to">{durationText(durations.p95)}</Fact>
            <Fact name="The longest">{durationText(durations.longest)}</Fact>
          </>
        )}
      </Facts>
    </div>
  );
}

function NoRuns() {
  const mayStart = useMay('workflow:start');
  return (
    <Empty icon={<Play />} title="It never ran">
      {mayStart ? (
        <p>
          <Link to="." search={{ view: 'start' }} className={textLinkClass}>
            Start it
          </Link>
          : its run appears here at once.
        </p>
      ) : (
        <p>Its runs appear here at once.</p>
      )}
    </Empty>
  );
}
