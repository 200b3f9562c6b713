import type { PlanGraph } from '@millrace/api';
import { type Layout, nodeHeight, nodeWidth, type Point } from './layout.ts';

const gapX = 24;
const gapY = 56;
/** Steps of one layer beyond this stand in further rows of it: a fan-out of a thousand is a block and no line. */
const widest = 40;

/**
 * Layers by the longest way from a beginning, each sorted by where the steps before stand. Transitions that lead back to
 * what stands before in the file (loops) do not count. Time and space grow with the graph's size.
 */
export function layoutInLayers({ steps, edges }: PlanGraph): Layout {
  const numbers = new Map(steps.map(({ name }, index) => [name, index]));
  const before: number[][] = steps.map(() => []);
  for (const { from, to, kind } of edges) {
    const source = numbers.get(from);
    const target = numbers.get(to);
    if (source === undefined || target === undefined) continue;
    if (kind === 'dependency' || source < target) before[target]?.push(source);
  }
  const layerOf = layersOf(before);
  const layers: number[][] = [];
  for (const [step, layer] of layerOf.entries()) {
    layers[layer] ??= [];
    layers[layer].push(step);
  }
  const places: Point[] = [];
  let y = 0;
  for (const layer of layers) {
    const middle = (step: number): number => {
      const xs = (before[step] ?? []).flatMap((source) => places[source]?.x ?? []);
      return xs.length === 0 ? 0 : xs.reduce((sum, x) => sum + x, 0) / xs.length;
    };
    const sorted = layer.map((step) => ({ step, at: middle(step) })).sort((a, b) => a.at - b.at || a.step - b.step);
    const columns = Math.min(widest, sorted.length);
    const left = -((columns * (nodeWidth + gapX) - gapX) / 2);
    for (const [index, { step }] of sorted.entries()) {
      places[step] = {
        x: left + (index % columns) * (nodeWidth + gapX),
        y: y + Math.floor(index / columns) * (nodeHeight + gapX),
      };
    }
    y += Math.ceil(sorted.length / columns) * (nodeHeight + gapX) - gapX + gapY;
  }
  return {
    steps: new Map(steps.map(({ name }, index) => [name, places[index] ?? { x: 0, y: 0 }])),
    edges: edges.map(() => null),
  };
}

/** The layer of each step: one below the lowest of those before it. Walks without recursion: chains may be thousands long. */
function layersOf(before: readonly (readonly number[])[]): readonly number[] {
  const layer: (number | undefined)[] = before.map(() => undefined);
  const underWay = new Set<number>();
  for (const start of before.keys()) {
    const stack = [start];
    while (stack.length > 0) {
      const step = stack.at(-1) ?? start;
      const open = (before[step] ?? []).filter((source) => layer[source] === undefined && !underWay.has(source));
      if (layer[step] === undefined && open.length > 0 && !underWay.has(step)) {
        underWay.add(step);
        stack.push(...open);
        continue;
      }
      stack.pop();
      underWay.delete(step);
      if (layer[step] !== undefined) continue;
      layer[step] = Math.max(0, ...(before[step] ?? []).map((source) => (layer[source] ?? -1) + 1));
    }
  }
  return layer.map((one) => one ?? 0);
}
