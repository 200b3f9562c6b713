import { oneOf } from '../../app/search-params.ts';

/** Which outputs in the cache are shown, as it stands in the address. */
export type CacheSearch = Readonly<{
  workspace?: string | undefined;
  workflow?: string;
  step?: string;
  key?: string;
}>;

export function parseCacheSearch(search: Readonly<Record<string, unknown>>): CacheSearch {
  return Object.fromEntries(
    (['workflow', 'step', 'key'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
