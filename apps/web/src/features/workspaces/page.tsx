import type { Workspace } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { FolderGit2 } from 'lucide-react';
import { api } from '../../api/client.ts';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { diagnosticsText } from '../../components/diagnostics.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { workspaceSourceText } from './source-text.ts';

/** Where definitions come from, at which revision they are live, and what is wrong with them. */
export function WorkspacesPage() {
  const navigate = useNavigate();
  const poll = useLiveRefresh({ types: ['workspace'] }, ['workspaces']);
  const query = useQuery({
    queryKey: ['workspaces'],
    queryFn: ({ signal }) => api.workspaces.list({ signal }),
    refetchInterval: poll,
  });
  return (
    <Page title="Workspaces">
      <Card>
        <QueryView query={query} what="workspaces">
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={<FolderGit2 />} title="No workspace yet" command="millrace dev --workspace main=PATH">
                A workspace is a folder or a Git repository with workflows. The server is started with it:
              </Empty>
            ) : (
              <Table
                label="Workspaces"
                rows={items}
                columns={columns}
                rowId={({ name }) => name}
                onOpen={({ name }) => void navigate({ to: '/workspaces/$workspace', params: { workspace: name } })}
              />
            )
          }
        </QueryView>
      </Card>
    </Page>
  );
}

const columns: readonly Column<Workspace>[] = [
  {
    id: 'name',
    header: 'Workspace',
    width: '14rem',
    cell: ({ name }) => (
      <Link to="/workspaces/$workspace" params={{ workspace: name }} className={`font-medium ${linkClass}`}>
        {name}
      </Link>
    ),
  },
  {
    id: 'source',
    header: 'Source',
    from: 'md',
    cell: (workspace) => (
      <code className="font-mono text-soft text-xs" title={workspaceSourceText(workspace)}>
        {workspaceSourceText(workspace)}
      </code>
    ),
  },
  {
    id: 'problems',
    header: 'Problems',
    width: '11rem',
    cell: ({ diagnostics }) => {
      const text = diagnosticsText(diagnostics);
      const failed = diagnostics.some(({ severity }) => severity === 'error');
      return text === null ? <Mark tone="good">none</Mark> : <Mark tone={failed ? 'bad' : 'wait'}>{text}</Mark>;
    },
  },
  {
    id: 'revision',
    header: 'Live revision',
    width: '9rem',
    from: 'sm',
    cell: ({ revision }) =>
      revision === null ? <span className="text-faint">none yet</span> : <ShortId id={revision} />,
  },
  {
    id: 'since',
    header: 'Live since',
    width: '7rem',
    from: 'sm',
    cell: ({ revision_at }) => <RelativeTime at={revision_at} />,
  },
  {
    id: 'synced',
    header: 'Looked at',
    width: '7rem',
    align: 'right',
    cell: ({ synced_at }) => <RelativeTime at={synced_at} />,
  },
];
