import type { PlanGraph } from '@millrace/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutInLayers } from './layers.ts';
import { nodeHeight, nodeWidth } from './layout.ts';

/** A graph with steps of these names; only what a layout looks at. */
function graphOf(
  names: readonly string[],
  edges: readonly (readonly [string, string, 'dependency' | 'transition'])[],
): PlanGraph {
  return {
    steps: names.map((name) => ({ name })) as unknown as PlanGraph['steps'],
    edges: edges.map(([from, to, kind]) => ({ from, to, kind, when: null })),
  };
}

describe('layers', () => {
  test('put a step below all that come before it', () => {
    const { steps } = layoutInLayers(
      graphOf(
        ['a', 'b', 'c', 'd'],
        [
          ['a', 'b', 'dependency'],
          ['b', 'd', 'dependency'],
          ['a', 'c', 'dependency'],
          ['c', 'd', 'dependency'],
          ['a', 'd', 'dependency'],
        ],
      ),
    );
    const y = (name: string) => steps.get(name)?.y ?? Number.NaN;
    expect(y('a')).toBeLessThan(y('b'));
    expect(y('b')).toBe(y('c'));
    expect(y('c')).toBeLessThan(y('d'));
  });

  test('of a loop follow the file: what leads back does not count', () => {
    const { steps } = layoutInLayers(
      graphOf(
        ['a', 'b', 'c'],
        [
          ['a', 'b', 'transition'],
          ['b', 'c', 'transition'],
          ['c', 'a', 'transition'],
          ['b', 'b', 'transition'],
        ],
      ),
    );
    const ys = ['a', 'b', 'c'].map((name) => steps.get(name)?.y ?? Number.NaN);
    expect(ys).toEqual([...ys].sort((one, other) => one - other));
    expect(new Set(ys).size).toBe(3);
  });

  test('never put two steps in one place, and every dependency above its step, also in chains of thousands', () => {
    const chain = Array.from({ length: 6_000 }, (_, index) => `s${index}`);
    layoutInLayers(
      graphOf(
        chain,
        chain.slice(1).map((name, index) => [chain[index] ?? '', name, 'dependency'] as const),
      ),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.array(fc.tuple(fc.nat(119), fc.nat(119)), { maxLength: 300 }),
        (size, pairs) => {
          const names = Array.from({ length: size }, (_, index) => `s${index}`);
          const edges = pairs
            .filter(([one, other]) => one < other && other < size)
            .map(([one, other]) => [`s${one}`, `s${other}`, 'dependency'] as const);
          const { steps } = layoutInLayers(graphOf(names, edges));
          for (const [from, to] of edges) expect(steps.get(from)?.y).toBeLessThan(steps.get(to)?.y ?? Number.NaN);
          const places = [...steps.values()];
          for (const [index, one] of places.entries()) {
            for (const other of places.slice(index + 1)) {
              expect(Math.abs(one.x - other.x) >= nodeWidth || Math.abs(one.y - other.y) >= nodeHeight).toBe(true);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
