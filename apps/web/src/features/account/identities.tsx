import type { Answer, Identity, Routes } from '@millrace/api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Link2, Unlink } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { IdentityList } from '../people/identity-list.tsx';
import { FinishLinkDialog } from './finish-link-dialog.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { UnlinkDialog } from './unlink-dialog.tsx';

export type Provider = Answer<Routes['getSignIn']>['providers'][number];

const ownIdentitiesQuery = queryOptions({
  queryKey: ['people', 'own', 'identities'],
  queryFn: async ({ signal }) => (await api.own.identities({ signal })).items,
});
const providersQuery = queryOptions({
  queryKey: ['sign-in', 'providers'],
  queryFn: async ({ signal }) => (await api.sessions.ways({ signal })).providers,
});

/** By whom of outside providers one may sign in, where there are providers. */
export function Identities() {
  const query = useQuery(ownIdentitiesQuery);
  const providers = useQuery(providersQuery).data ?? [];
  const { link, came } = useSearch({ from: '/account' });
  const navigate = useNavigate();
  const [linking, setLinking] = useState<Provider | null>(null);
  const [unlinking, setUnlinking] = useState<Identity | null>(null);
  const titleOf = (name: string): string => providers.find((one) => one.name === name)?.title ?? name;
  if (providers.length === 0 && (query.data ?? []).length === 0) return null;
  return (
    <Section title="Signing in by a provider">
      <QueryView query={query} what="links to providers" skeletonRows={2}>
        {(identities) => (
          <>
            <IdentityList
              identities={identities}
              titleOf={titleOf}
              action={(identity) => (
                <Button
                  small
                  aria-label={`Unlink ${titleOf(identity.provider)}`}
                  onClick={() => setUnlinking(identity)}
                >
                  <Unlink aria-hidden />
                  Unlink
                </Button>
              )}
            />
            <NotLinked
              providers={providers.filter(({ name }) => identities.every(({ provider }) => provider !== name))}
              onLink={setLinking}
            />
          </>
        )}
      </QueryView>
      {linking === null ? null : <LinkDialog provider={linking} onClose={() => setLinking(null)} />}
      {unlinking === null ? null : (
        <UnlinkDialog identity={unlinking} title={titleOf(unlinking.provider)} onClose={() => setUnlinking(null)} />
      )}
      {link === undefined || came === undefined ? null : (
        <FinishLinkDialog
          provider={link}
          title={titleOf(link)}
          came={came}
          onClose={() => void navigate({ to: '/account', search: {}, replace: true })}
        />
      )}
    </Section>
  );
}

function NotLinked({ providers, onLink }: { providers: readonly Provider[]; onLink: (provider: Provider) => void }) {
  if (providers.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-2 border-t p-4">
      {providers.map((provider) => (
        <Button key={provider.name} onClick={() => onLink(provider)}>
          <Link2 aria-hidden />
          Link {provider.title}
        </Button>
      ))}
    </div>
  );
}
