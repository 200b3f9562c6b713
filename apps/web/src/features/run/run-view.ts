import type { RunView } from './search.ts';

/** The view that is shown while the address names none. On a phone a graph is a keyhole; the list says the same. */
export const usualRunView = (): RunView => (window.matchMedia('(max-width: 767px)').matches ? 'list' : 'graph');

export const loadGraphView = () => import('./graph/graph-view.tsx');

/** Drawing a graph is more code than all else of the page: it comes beside the page and not after it. */
export async function preloadRunView(view: RunView | undefined): Promise<void> {
  if ((view ?? usualRunView()) === 'graph') await loadGraphView();
}
