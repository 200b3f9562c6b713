import { oneOf } from '../../app/search-params.ts';

/** Which schedules are shown, as it stands in the address. */
export type SchedulesSearch = Readonly<{
  workspace?: string | undefined;
  workflow?: string;
  search?: string;
  enabled?: 'true' | 'false';
}>;

export function parseSchedulesSearch(search: Readonly<Record<string, unknown>>): SchedulesSearch {
  const enabled = oneOf(search.enabled);
  const texts = Object.fromEntries(
    (['workflow', 'search'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...texts, ...(enabled === 'true' || enabled === 'false' ? { enabled } : {}) };
}
