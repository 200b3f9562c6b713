import type { ApiKey } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { KeySquare, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ApiKeyTable } from './api-key-table.tsx';
import { MakeKeyDialog } from './make-key-dialog.tsx';
import { apiKeysQuery, serviceAccountsQuery, usePeopleChange } from './queries.ts';

/** All keys; those of people are made by these people, on the page of their account. */
export function ApiKeys() {
  const query = useQuery(apiKeysQuery);
  const accounts = (useQuery(serviceAccountsQuery).data ?? []).map(({ name }) => name);
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const revoke = usePeopleChange(({ id }: ApiKey) => api.apiKeys.revoke(id), {
    failure: 'The key was not revoked',
    done: (_, { name }) => `The key ${name} opens nothing any more`,
    onDone: () => setRevoked(null),
  });
  return (
    <Section
      title="API keys"
      aside={
        <Button
          small
          needs="api_key:change"
          disabled={accounts.length === 0}
          {...(accounts.length === 0 ? { title: 'There is no service account yet.' } : {})}
          onClick={() => setMaking(true)}
        >
          <Plus aria-hidden />
          Make a key
        </Button>
      }
    >
      <QueryView query={query} what="API keys">
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon={<KeySquare />} title="No API key yet">
              Programs show a key instead of a password. Make one for a service account here, or your own on the page of
              your account.
            </Empty>
          ) : (
            <ApiKeyTable keys={keys} withAccount needs="api_key:change" onRevoke={setRevoked} />
          )
        }
      </QueryView>
      {making ? (
        <MakeKeyDialog
          accounts={accounts}
          make={(key, account) => api.apiKeys.create({ ...key, account })}
          onClose={() => setMaking(false)}
        />
      ) : null}
      {revoked === null ? null : (
        <ConfirmDialog
          title={`Revoke the key ${revoked.name}?`}
          description={`It is of ${revoked.account}. Whoever shows it is refused from then on.`}
          action="Revoke it"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoked)}
          onClose={() => setRevoked(null)}
        />
      )}
    </Section>
  );
}
