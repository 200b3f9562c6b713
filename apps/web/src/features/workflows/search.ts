import { oneOf } from '../../app/search-params.ts';

/** What of the list of workflows is shown, as it stands in the address. */
export type WorkflowsSearch = Readonly<{
  workspace?: string | undefined;
  /** Words that the name, the description or the file's path has. */
  search?: string;
  view?: 'tree';
}>;

export function parseWorkflowsSearch(search: Readonly<Record<string, unknown>>): WorkflowsSearch {
  const words = oneOf(search.search);
  return {
    ...(words === undefined ? {} : { search: words }),
    ...(oneOf(search.view) === 'tree' ? { view: 'tree' as const } : {}),
  };
}
