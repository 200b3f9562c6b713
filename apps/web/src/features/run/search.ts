import { oneOf } from '../../app/search-params.ts';

/** What of a run is shown, as it stands in the address. */
export type RunPageSearch = Readonly<{
  workspace?: string | undefined;
  /** The step that is looked at. */
  step?: string;
}>;

export function parseRunPageSearch(search: Readonly<Record<string, unknown>>): RunPageSearch {
  const step = oneOf(search.step);
  return { ...(step === undefined ? {} : { step }) };
}
