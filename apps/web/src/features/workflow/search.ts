import { oneOf } from '../../app/search-params.ts';

const views = ['runs', 'graph', 'start', 'source', 'versions'] as const;
export type WorkflowView = (typeof views)[number];

/** What of a workflow is shown, as it stands in the address. */
export type WorkflowSearch = Readonly<{
  workspace?: string | undefined;
  /** Default: its runs. */
  view?: WorkflowView;
  /** Of the graph: the step that is looked at. */
  step?: string;
  /** Of the start form: the run whose input it begins with. */
  like?: string;
  /** Of the source: at this revision. */
  revision?: string;
  /** Of versions: the two revisions that are compared. */
  from?: string;
  to?: string;
}>;

export function parseWorkflowSearch(search: Readonly<Record<string, unknown>>): WorkflowSearch {
  const view = views.find((one) => one === oneOf(search.view));
  const texts = Object.fromEntries(
    (['step', 'like', 'revision', 'from', 'to'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...texts, ...(view === undefined ? {} : { view }) };
}
