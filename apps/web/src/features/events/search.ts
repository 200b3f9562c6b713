import { oneOf } from '../../app/search-params.ts';

/** Which events are shown, as it stands in the address. */
export type EventsSearch = Readonly<{ workspace?: string | undefined; type?: string; key?: string }>;

export function parseEventsSearch(search: Readonly<Record<string, unknown>>): EventsSearch {
  return Object.fromEntries(
    (['type', 'key'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
