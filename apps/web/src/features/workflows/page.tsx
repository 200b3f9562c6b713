import type { WorkflowSummary } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { List, ListTree, Workflow as WorkflowIcon } from 'lucide-react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Diagnostics, diagnosticsText } from '../../components/diagnostics.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Table } from '../../components/table.tsx';
import { latestRunsQuery, nextFiresQuery, workflowKey, workflowsQuery } from './queries.ts';
import type { WorkflowsSearch } from './search.ts';
import { type WorkflowRow, workflowColumns } from './workflow-columns.tsx';
import { WorkflowTree } from './workflow-tree.tsx';

/** All workflows: how they went lately and when they start next, and what is wrong with files. */
export function WorkflowsPage() {
  const search = useSearch({ from: '/workflows' });
  const { workspace } = search;
  const of = workspace === undefined ? {} : { workspace };
  const pollList = useLiveRefresh({ types: ['workspace'], ...of }, ['workflows', 'list']);
  const pollRuns = useLiveRefresh({ types: ['run', 'changed'], ...of }, ['workflows', 'latest-runs'], 1_000);
  const query = useQuery({ ...workflowsQuery(workspace), refetchInterval: pollList });
  const latest = useQuery({ ...latestRunsQuery(workspace), refetchInterval: pollRuns });
  const next = useQuery({ ...nextFiresQuery(workspace), refetchInterval: 30_000 });
  return (
    <Page title="Workflows" actions={<Choices search={search} />}>
      <QueryView query={query} what="workflows" skeletonRows={10}>
        {({ workspaces, workflows }) => {
          const rows = workflows
            .filter((workflow) => matches(workflow, search.search ?? ''))
            .map((workflow) => ({
              ...workflow,
              runs: latest.data?.get(workflowKey(workflow)) ?? [],
              next: next.data?.get(workflowKey(workflow)),
            }));
          return (
            <>
              {workspaces
                .filter(({ diagnostics }) => diagnostics.length > 0)
                .map(({ name, diagnostics }) => (
                  <Card key={name}>
                    <details open={diagnostics.some(({ severity }) => severity === 'error')}>
                      <summary className="focus-row cursor-pointer px-4 py-2 text-sm">
                        <strong>{name}</strong> has {diagnosticsText(diagnostics)}
                      </summary>
                      <div className="border-t">
                        <Diagnostics diagnostics={diagnostics} />
                      </div>
                    </details>
                  </Card>
                ))}
              <Card>
                {rows.length === 0 ? (
                  <NoWorkflows search={search} />
                ) : (
                  <Workflows rows={rows} tree={search.view === 'tree'} several={workspaces.length > 1} />
                )}
              </Card>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

function Choices({ search }: { search: WorkflowsSearch }) {
  const navigate = useNavigate({ from: '/workflows' });
  const change = (next: WorkflowsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as WorkflowsSearch, replace: true });
  return (
    <>
      <SearchField
        label="Search workflows"
        value={search.search ?? ''}
        onChange={(words) => change({ search: words || undefined } as WorkflowsSearch)}
      />
      <Segmented
        label="View"
        value={search.view ?? 'list'}
        options={[
          ['list', <List key="list" aria-label="List" />],
          ['tree', <ListTree key="tree" aria-label="Tree" />],
        ]}
        onChange={(view) => change({ view: view === 'tree' ? 'tree' : undefined } as WorkflowsSearch)}
      />
    </>
  );
}

function Workflows({ rows, tree, several }: { rows: readonly WorkflowRow[]; tree: boolean; several: boolean }) {
  const navigate = useNavigate();
  if (tree) return <WorkflowTree rows={rows} />;
  return (
    <Table
      label="Workflows"
      rows={rows}
      columns={workflowColumns(several)}
      rowId={workflowKey}
      onOpen={({ workspace, name }) =>
        void navigate({
          to: '/workflows/$workspace/$workflow',
          params: { workspace, workflow: name },
        })
      }
    />
  );
}

function NoWorkflows({ search }: { search: WorkflowsSearch }) {
  if (search.search !== undefined) {
    return (
      <Empty icon={<WorkflowIcon />} title="No workflow matches">
        Search for other words: each must stand in the name, the description or the path of the file.
      </Empty>
    );
  }
  return (
    <Empty icon={<WorkflowIcon />} title="No workflow yet" command="npx millrace init">
      Workflows are YAML files in the folder .workflows of a workspace. Write one there and it appears here; this makes
      a sample:
    </Empty>
  );
}

function matches({ name, description, file }: WorkflowSummary, search: string): boolean {
  const text = `${name} ${description ?? ''} ${file ?? ''}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
