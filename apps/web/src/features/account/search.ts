import { oneOf } from '../../app/search-params.ts';

/** A provider has sent the browser back: `link` names it, `came` is what it sent. */
export type AccountSearch = Readonly<{
  workspace?: string | undefined;
  link?: string | undefined;
  came?: string | undefined;
}>;

export function parseAccountSearch(search: Readonly<Record<string, unknown>>): AccountSearch {
  const [link, came] = [oneOf(search.link), oneOf(search.came)];
  return link === undefined || came === undefined ? {} : { link, came };
}
