import { useSearch } from '@tanstack/react-router';
import { useMe } from '../../api/use-me.ts';
import { Page } from '../../components/page.tsx';
import { ViewLinks } from '../../components/view-links.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Bindings } from './bindings.tsx';
import { Groups } from './groups.tsx';
import { Roles } from './roles.tsx';
import type { PeopleView } from './search.ts';
import { ServiceAccounts } from './service-accounts.tsx';
import { Users } from './users.tsx';

const views = [
  ['users', 'Users', 'user:read'],
  ['service-accounts', 'Service accounts', 'user:read'],
  ['groups', 'Groups', 'role:read'],
  ['roles', 'Roles', 'role:read'],
  ['bindings', 'Who has which role', 'role:read'],
  ['keys', 'API keys', 'api_key:read'],
] as const satisfies readonly (readonly [PeopleView, string, string])[];

/** Who there is, and who may do what. Views that one may not see are not offered. */
export function PeoplePage() {
  const permissions = useMe()?.permissions;
  const seen = views.filter(([, , needs]) => permissions?.[needs] !== 'none');
  const { view = seen[0]?.[0] ?? 'users' } = useSearch({ from: '/people' });
  return (
    <Page title="People">
      <ViewLinks label="Views of people" current={view} views={seen.map(([one, text]) => [one, text] as const)} />
      <View view={view} />
    </Page>
  );
}

function View({ view }: { view: PeopleView }) {
  switch (view) {
    case 'users':
      return <Users />;
    case 'service-accounts':
      return <ServiceAccounts />;
    case 'groups':
      return <Groups />;
    case 'roles':
      return <Roles />;
    case 'bindings':
      return <Bindings />;
    case 'keys':
      return <ApiKeys />;
  }
}
