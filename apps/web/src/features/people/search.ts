import { oneOf } from '../../app/search-params.ts';

const views = ['users', 'service-accounts', 'groups', 'roles', 'bindings', 'keys'] as const;
export type PeopleView = (typeof views)[number];

export type PeopleSearch = Readonly<{ workspace?: string | undefined; view?: PeopleView }>;

export function parsePeopleSearch(search: Readonly<Record<string, unknown>>): PeopleSearch {
  const view = views.find((one) => one === oneOf(search.view));
  return view === undefined ? {} : { view };
}
