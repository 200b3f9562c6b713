import { oneOf } from '../../app/search-params.ts';

const runViews = ['graph', 'timeline', 'list'] as const;
export type RunView = (typeof runViews)[number];

/** What of a run is shown, as it stands in the address. */
export type RunPageSearch = Readonly<{
  workspace?: string | undefined;
  view?: RunView | undefined;
  /** The step that is looked at; without it, the run. */
  step?: string | undefined;
  /** Its item, of a for-each. */
  item?: string | undefined;
  tab?: string | undefined;
  /** The line of the log that is marked. */
  line?: string | undefined;
}>;

export function parseRunPageSearch(search: Readonly<Record<string, unknown>>): RunPageSearch {
  const view = runViews.find((one) => one === oneOf(search.view));
  const item = oneOf(search.item);
  const texts = Object.fromEntries(
    (['step', 'tab', 'line'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...texts,
    ...(view === undefined ? {} : { view }),
    ...(item !== undefined && /^\d{1,9}$/.test(item) ? { item } : {}),
  };
}
