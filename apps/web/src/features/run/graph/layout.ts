// Where the steps of a graph stand. Small graphs are laid out by ELK, in a worker: it takes a second of work that the page must not
// miss, and 1.4 MB of code that only graphs need. Large ones get plain layers, which take milliseconds: a drawing of thousands of steps
// is walked through, not taken in at a glance.
import type { PlanGraph } from '@millrace/api';
import { layoutWithElk } from './elk-layout.ts';
import { layoutInLayers } from './layers.ts';

export const nodeWidth = 208;
export const nodeHeight = 56;

/** Beyond this many steps the layout is in plain layers, and the drawing begins at a step instead of showing all. */
export const largeGraph = 400;

export type Point = Readonly<{ x: number; y: number }>;
/** The corners of an edge, and the middle of its label if it has one. */
export type EdgePlace = Readonly<{ corners: readonly Point[]; label: Point | null }>;
export type Layout = Readonly<{
  /** Top left corner by the step's name. */
  steps: ReadonlyMap<string, Point>;
  /** In the order of the graph's edges; null: straight from step to step. */
  edges: readonly (EdgePlace | null)[];
}>;

export const layoutGraph = (graph: PlanGraph): Promise<Layout> =>
  graph.steps.length > largeGraph ? Promise.resolve(layoutInLayers(graph)) : layoutWithElk(graph);
