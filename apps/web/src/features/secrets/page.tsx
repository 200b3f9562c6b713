import type { Secret } from '@millrace/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { KeyRound, Plus, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Button } from '../../components/button.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Card, Page, Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Table } from '../../components/table.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { secretsQuery } from './queries.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import { secretColumns } from './secret-columns.tsx';
import { SetDialog } from './set-dialog.tsx';

/** What one asks for: to store a value (of a new secret, or in the place of one), or to forget it. */
export type Asked = Readonly<
  { what: 'set'; workspace: string; name: string | null } | { what: 'remove'; workspace: string; name: string }
>;

/** The secrets that workspaces declare, read, or have stored: where each comes from, and never its value. */
export function SecretsPage() {
  const { workspace } = useSearch({ strict: false });
  useLiveRefresh({ types: ['workspace'], ...(workspace === undefined ? {} : { workspace }) }, ['secrets'], 1_000);
  const query = useQuery(secretsQuery(workspace));
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const first = query.data?.[0]?.workspace;
  return (
    <Page
      title="Secrets"
      actions={
        first === undefined ? undefined : (
          <>
            <Rotate />
            <Button
              look="primary"
              needs="secret:change"
              onClick={() => setAsked({ what: 'set', workspace: first, name: null })}
            >
              <Plus aria-hidden />
              Set a secret
            </Button>
          </>
        )
      }
    >
      <QueryView query={query} what="secrets">
        {(lists) =>
          lists.every(({ secrets }) => secrets.length === 0) ? (
            <Card>
              <NoSecrets workspace={workspace} />
            </Card>
          ) : (
            lists
              .filter(({ secrets }) => secrets.length > 0)
              .map(({ workspace: owner, secrets }) => (
                <Section key={owner} title={owner}>
                  <Table
                    label={`Secrets of ${owner}`}
                    rows={secrets}
                    columns={secretColumns(setAsked)}
                    rowId={({ name }) => name}
                  />
                  <Problems secrets={secrets} />
                </Section>
              ))
          )
        }
      </QueryView>
      {asked?.what === 'set' ? (
        <SetDialog
          workspaces={query.data?.map((list) => list.workspace) ?? [asked.workspace]}
          asked={asked}
          onClose={close}
        />
      ) : null}
      {asked?.what === 'remove' ? <RemoveDialog asked={asked} onClose={close} /> : null}
    </Page>
  );
}

/** Why values cannot be had, and what to do about it. */
function Problems({ secrets }: { secrets: readonly Secret[] }) {
  const wrong = secrets.filter(({ problem }) => problem !== null);
  return wrong.length === 0 ? null : (
    <ul className="space-y-1 border-t bg-bad-ground px-4 py-2 text-sm">
      {wrong.map(({ name, problem }) => (
        <li key={name}>
          <code className="font-mono text-xs">{name}</code> <span className="text-bad">{problem}</span>
        </li>
      ))}
    </ul>
  );
}

/** Seals everything that is stored with the key that the server names first. */
function Rotate() {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const toast = useToast();
  const rotate = useMutation({
    mutationFn: () => api.secrets.rotate(),
    onSuccess: ({ key, resealed, total }) => {
      setAsking(false);
      toast({
        text:
          resealed === 0 ? 'All were sealed with the first key before' : `${countText(resealed, 'secret')} sealed anew`,
        detail: `${countText(total, 'stored secret is', 'stored secrets are')} sealed with the key ${key}.`,
      });
      void queries.invalidateQueries({ queryKey: ['secrets'] });
    },
    onError: useErrorToast('The secrets were not sealed anew'),
  });
  return (
    <>
      <Button needs="secret:change" onClick={() => setAsking(true)}>
        <RefreshCw aria-hidden />
        Rotate the key
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Rotate the key"
        description="All stored secrets, of every workspace, are sealed with the first key of the server's key file. Their values stay. Then older keys can be taken out of the file."
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Not now</Button>
          <Button look="primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
            Seal them anew
          </Button>
        </div>
      </Dialog>
    </>
  );
}

const NoSecrets = ({ workspace }: { workspace: string | undefined }) => (
  <Empty
    icon={<KeyRound />}
    title="No secret yet"
    command={`npx millrace secret set NAME${workspace === undefined ? '' : ` --workspace ${workspace}`}`}
  >
    A workflow reads one as <code>{'{{ secrets.NAME }}'}</code>. Set its value here, or from a terminal:
  </Empty>
);
