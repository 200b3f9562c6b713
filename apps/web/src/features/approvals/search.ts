import { oneOf } from '../../app/search-params.ts';

/** Which open approvals are shown, as it stands in the address. */
export type ApprovalsSearch = Readonly<{
  workspace?: string | undefined;
  workflow?: string;
  /** Only those of this run. */
  run?: string;
  /** `true`: only those that I may answer. */
  mine?: 'true';
}>;

export function parseApprovalsSearch(search: Readonly<Record<string, unknown>>): ApprovalsSearch {
  const workflow = oneOf(search.workflow);
  const run = oneOf(search.run);
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(run === undefined || !/^\d{1,19}$/.test(run) ? {} : { run }),
    ...(oneOf(search.mine) === 'true' ? { mine: 'true' as const } : {}),
  };
}
