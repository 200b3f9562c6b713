import type { ApiKey, Me } from '@millrace/api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { KeySquare, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { meQuery } from '../../api/use-me.ts';
import { isAccount } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { countText } from '../../components/count-text.ts';
import { Fact, Facts } from '../../components/facts.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ApiKeyTable } from '../people/api-key-table.tsx';
import { MakeKeyDialog } from '../people/make-key-dialog.tsx';
import { usePeopleChange } from '../people/queries.ts';
import { SessionList } from '../people/session-list.tsx';
import { Identities } from './identities.tsx';
import { PasswordForm } from './password-form.tsx';

const ownSessionsQuery = queryOptions({
  queryKey: ['people', 'own', 'sessions'],
  queryFn: async ({ signal }) => (await api.own.sessions({ signal })).items,
});
const ownKeysQuery = queryOptions({
  queryKey: ['people', 'own', 'api-keys'],
  queryFn: async ({ signal }) => (await api.own.apiKeys({ signal })).items,
});

/** Who am I, what may I do, where am I signed in. */
export function AccountPage() {
  const query = useQuery(meQuery);
  return (
    <Page title="Your account">
      <QueryView query={query} what="account">
        {(me) => (
          <>
            <Section title="You">
              <Who me={me} />
            </Section>
            {isAccount(me) ? (
              <>
                <Sessions />
                {me.kind === 'user' && me.session !== null ? <Identities /> : null}
                <Keys />
                {me.kind === 'user' ? (
                  <Section title="Password">
                    <PasswordForm />
                  </Section>
                ) : null}
              </>
            ) : null}
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Who({ me }: { me: Me }) {
  const of = (extent: string) => Object.keys(me.permissions).filter((one) => me.permissions[one] === extent);
  const [all, some, none] = ['all', 'some', 'none'].map(of);
  return (
    <div className="space-y-3 p-4">
      <Facts>
        <Fact name="Name">
          {me.display_name}
          {me.display_name === me.account ? '' : ` (${me.account})`}
        </Fact>
        <Fact name="Groups">{me.groups.length === 0 ? 'none' : me.groups.join(', ')}</Fact>
      </Facts>
      {me.kind === 'local' ? (
        <p className="text-soft text-sm">
          This server asks nobody who they are: whoever is on its machine may do everything.
        </p>
      ) : null}
      {me.kind === 'token' ? (
        <p className="text-soft text-sm">Whoever holds the server's API token may do everything.</p>
      ) : null}
      <dl className="space-y-2 text-sm">
        <Permissions name="May, everywhere" permissions={all ?? []} />
        <Permissions name="May, in some places" permissions={some ?? []} />
        <Permissions name="May not" permissions={none ?? []} />
      </dl>
      {(none ?? []).length === 0 ? null : (
        <p className="text-soft text-sm">Whoever may change roles can grant what is missing.</p>
      )}
    </div>
  );
}

const Permissions = ({ name, permissions }: { name: string; permissions: readonly string[] }) =>
  permissions.length === 0 ? null : (
    <div className="gap-4 sm:flex">
      <dt className="w-44 shrink-0 text-faint max-sm:mb-1">{name}</dt>
      <dd className="flex flex-wrap gap-1.5">
        {permissions.map((permission) => (
          <code key={permission} className="rounded-sm bg-idle-ground px-1.5 font-mono text-soft text-xs leading-5">
            {permission}
          </code>
        ))}
      </dd>
    </div>
  );

function Sessions() {
  const query = useQuery(ownSessionsQuery);
  const end = usePeopleChange((session: string) => api.own.endSession(session), {
    failure: 'The session was not ended',
    done: () => 'The session has ended',
  });
  const endOthers = usePeopleChange(() => api.own.endOtherSessions(), {
    failure: 'The other sessions were not ended',
    done: ({ ended }) => `${countText(ended, 'session has', 'sessions have')} ended`,
  });
  const others = (query.data ?? []).filter(({ current }) => !current).length;
  return (
    <Section
      title="Signed in"
      aside={
        <Button small disabled={others === 0 || endOthers.isPending} onClick={() => endOthers.mutate()}>
          End all others
        </Button>
      }
    >
      <QueryView query={query} what="sessions" skeletonRows={2}>
        {(sessions) => <SessionList sessions={sessions} onEnd={({ id }) => end.mutate(id)} />}
      </QueryView>
    </Section>
  );
}

function Keys() {
  const query = useQuery(ownKeysQuery);
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const revoke = usePeopleChange(({ id }: ApiKey) => api.own.revokeApiKey(id), {
    failure: 'The key was not revoked',
    done: (_, { name }) => `The key ${name} opens nothing any more`,
    onDone: () => setRevoked(null),
  });
  return (
    <Section
      title="API keys"
      aside={
        <Button small onClick={() => setMaking(true)}>
          <Plus aria-hidden />
          Make a key
        </Button>
      }
    >
      <QueryView query={query} what="API keys" skeletonRows={2}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon={<KeySquare />} title="No API key yet">
              A program that shows your key acts as you, as far as the key goes.
            </Empty>
          ) : (
            <ApiKeyTable keys={keys} withAccount={false} onRevoke={setRevoked} />
          )
        }
      </QueryView>
      {making ? (
        <MakeKeyDialog accounts={null} make={(key) => api.own.createApiKey(key)} onClose={() => setMaking(false)} />
      ) : null}
      {revoked === null ? null : (
        <ConfirmDialog
          title={`Revoke the key ${revoked.name}?`}
          description="Whoever shows it is refused from then on."
          action="Revoke it"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoked)}
          onClose={() => setRevoked(null)}
        />
      )}
    </Section>
  );
}
