import type { Workflow } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { useMay } from '../../api/use-me.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { durationText } from '../../components/times.ts';
import { ViewLinks } from '../../components/view-links.tsx';
import { GraphPanel } from './graph-panel.tsx';
import { workflowQuery } from './queries.ts';
import type { WorkflowView } from './search.ts';
import { SourcePanel } from './source-panel.tsx';
import { StartPanel } from './start-panel.tsx';
import { VersionsPanel } from './versions-panel.tsx';
import { WorkflowRuns } from './workflow-runs.tsx';

const views = [
  ['runs', 'Runs'],
  ['graph', 'Graph'],
  ['start', 'Start'],
  ['source', 'Source'],
  ['versions', 'Versions'],
] as const satisfies readonly (readonly [WorkflowView, string])[];

/** Everything of one workflow, before and between its runs. */
export function WorkflowPage() {
  const named = useParams({ from: '/workflows/$workspace/$workflow' });
  const { view = 'runs' } = useSearch({ from: '/workflows/$workspace/$workflow' });
  const { workspace, workflow: name } = named;
  const mayStart = useMay('workflow:start');
  const poll = useLiveRefresh({ types: ['workspace'], workspace }, ['workflow', workspace, name]);
  const query = useQuery({ ...workflowQuery(named), refetchInterval: poll });
  return (
    <Page
      title={name}
      {...(query.data === undefined ? {} : { heading: <Heading workflow={query.data} /> })}
      actions={
        view === 'start' || query.data === undefined ? undefined : !mayStart ? (
          <Button look="primary" needs="workflow:start">
            <Play aria-hidden />
            Start
          </Button>
        ) : (
          <Link to="." search={{ view: 'start' }} className={buttonClass('primary')}>
            <Play aria-hidden />
            Start
          </Link>
        )
      }
    >
      <QueryView query={query} what="workflow" skeletonRows={8}>
        {(workflow) => (
          <>
            <ViewLinks label="Views of the workflow" current={view} views={views} />
            <View view={view} workflow={workflow} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

function View({ view, workflow }: { view: WorkflowView; workflow: Workflow }) {
  switch (view) {
    case 'runs':
      return <WorkflowRuns workflow={workflow} />;
    case 'graph':
      return <GraphPanel workflow={workflow} />;
    case 'start':
      return <StartPanel workflow={workflow} />;
    case 'source':
      return <SourcePanel workflow={workflow} />;
    case 'versions':
      return <VersionsPanel workflow={workflow} />;
  }
}

function Heading({ workflow }: { workflow: Workflow }) {
  return (
    <div className="space-y-2">
      <h1 className="break-words font-semibold text-xl">{workflow.name}</h1>
      {workflow.description === null ? null : <p className="max-w-3xl text-soft text-sm">{workflow.description}</p>}
      <Facts>
        <Fact name="Workspace">
          <Link to="/workspaces/$workspace" params={{ workspace: workflow.workspace }} className={linkClass}>
            {workflow.workspace}
          </Link>
        </Fact>
        <Fact name="Revision">
          <ShortId id={workflow.revision} />
        </Fact>
        <Fact name="Steps">
          <Link to="." search={{ view: 'graph' }} className={linkClass}>
            {workflow.graph.steps.length}
          </Link>
        </Fact>
        {workflow.timeout_ms === null ? null : <Fact name="Time limit">{durationText(workflow.timeout_ms)}</Fact>}
        {workflow.fail_fast ? <Fact name="On failure">the run ends at the first failure</Fact> : null}
      </Facts>
    </div>
  );
}
