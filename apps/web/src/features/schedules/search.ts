import { oneOf } from '../../app/search-params.ts';

/** Which schedules are shown, as it stands in the address. */
export type SchedulesSearch = Readonly<{
  workspace?: string | undefined;
  workflow?: string;
  search?: string;
  enabled?: 'true' | 'false';
  /** Only those whose run should have begun. */
  late?: 'true';
  /** Default: a list. */
  view?: 'week' | 'month';
  /** Of the calendar: a day that it shows. */
  day?: string | undefined;
}>;

export function parseSchedulesSearch(search: Readonly<Record<string, unknown>>): SchedulesSearch {
  const enabled = oneOf(search.enabled);
  const view = oneOf(search.view);
  const texts = Object.fromEntries(
    (['workflow', 'search', 'day'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...texts,
    ...(oneOf(search.late) === 'true' ? { late: 'true' as const } : {}),
    ...(view === 'week' || view === 'month' ? { view } : {}),
    ...(enabled === 'true' || enabled === 'false' ? { enabled } : {}),
  };
}
