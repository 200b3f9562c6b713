import type { Workspace } from '@millrace/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { FilePen, RefreshCw } from 'lucide-react';
import { api } from '../../api/client.ts';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { Diagnostics, diagnosticsText } from '../../components/diagnostics.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { workspaceSourceText } from '../workspaces/source-text.ts';
import { Drift } from './drift.tsx';

import { workspaceQuery } from './queries.ts';

/** One workspace: what of it is live, what is wrong with its source, and what would change. */
export function WorkspacePage() {
  const { workspace: name } = useParams({ from: '/workspaces/$workspace' });
  const poll = useLiveRefresh({ types: ['workspace'], workspace: name }, ['workspaces', name]);
  useLiveRefresh({ types: ['workspace'], workspace: name }, ['drift', name], 2_000);
  const query = useQuery({ ...workspaceQuery(name), refetchInterval: poll });
  return (
    <Page
      title={name}
      {...(query.data === undefined ? {} : { heading: <Heading workspace={query.data} /> })}
      actions={
        <>
          <Link to="/workspaces/$workspace/files" params={{ workspace: name }} className={buttonClass()}>
            <FilePen aria-hidden />
            Files
          </Link>
          <Sync workspace={name} />
        </>
      }
    >
      <QueryView query={query} what="workspace">
        {(workspace) => (
          <>
            <Problems workspace={workspace} />
            <Drift workspace={workspace} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Heading({ workspace }: { workspace: Workspace }) {
  return (
    <div className="space-y-2">
      <h1 className="break-words font-semibold text-xl">{workspace.name}</h1>
      <Facts>
        <Fact name={workspace.source.type === 'git' ? 'Repository' : 'Folder'}>
          <code className="break-all font-mono text-xs">{workspaceSourceText(workspace)}</code>
        </Fact>
        <Fact name="Live revision">
          {workspace.revision === null ? 'none yet' : <ShortId id={workspace.revision} />}
        </Fact>
        {workspace.revision_at === null ? null : (
          <Fact name="Live since">
            <RelativeTime at={workspace.revision_at} />
          </Fact>
        )}
        <Fact name="Looked at">
          <RelativeTime at={workspace.synced_at} />
        </Fact>
        <Fact name="Shows">
          <span className="flex flex-wrap gap-x-3">
            {(['/workflows', '/runs', '/schedules', '/webhooks', '/events', '/packs'] as const).map((to) => (
              <Link key={to} to={to} search={{ workspace: workspace.name }} className={linkClass}>
                {to.slice(1)}
              </Link>
            ))}
          </span>
        </Fact>
      </Facts>
    </div>
  );
}

function Problems({ workspace: { diagnostics, revision } }: { workspace: Workspace }) {
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  return (
    <Section title={`Problems: ${diagnosticsText(diagnostics) ?? 'none'}`}>
      {failed ? (
        <p className="border-b bg-bad-ground px-4 py-2 text-bad text-sm">
          {revision === null
            ? 'It was never valid, so nothing of it can be started.'
            : 'The source has errors, so the last valid revision stays live.'}
        </p>
      ) : null}
      {diagnostics.length === 0 ? (
        <p className="p-4 text-soft text-sm">The last look at the source found nothing wrong.</p>
      ) : (
        <Diagnostics diagnostics={diagnostics} />
      )}
    </Section>
  );
}

function Sync({ workspace }: { workspace: string }) {
  const queries = useQueryClient();
  const toast = useToast();
  const sync = useMutation({
    mutationFn: () => api.workspaces.sync(workspace),
    onSuccess: ({ revision, diagnostics }) => {
      for (const key of ['workspaces', 'drift', 'workflows', 'workflow']) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
      const problems = diagnosticsText(diagnostics);
      toast({
        text: `Workspace ${workspace} was loaded`,
        detail: `${revision?.slice(0, 8) ?? 'Nothing'} is live${problems === null ? '.' : `; ${problems}.`}`,
        tone: diagnostics.some(({ severity }) => severity === 'error') ? 'bad' : 'good',
      });
    },
    onError: useErrorToast(`Workspace ${workspace} was not loaded`),
  });
  return (
    <Button needs="workspace:change" onClick={() => sync.mutate()} disabled={sync.isPending}>
      <RefreshCw aria-hidden />
      {sync.isPending ? 'Loading the source' : 'Load the source now'}
    </Button>
  );
}
