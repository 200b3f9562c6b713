import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycles } from './find-cycles.ts';

const graph = fc.integer({ min: 1, max: 8 }).chain((size) => {
  const node = fc.integer({ min: 0, max: size - 1 }).map(String);
  return fc.record({
    names: fc.constant(Array.from({ length: size }, (_, index) => String(index))),
    edges: fc.array(fc.tuple(node, node), { maxLength: 16 }),
  });
});

describe('cycles', () => {
  it('are real, and there is one for each group of nodes that reach each other', () => {
    fc.assert(
      fc.property(graph, ({ names, edges }) => {
        const targets = (name: string) => edges.filter(([from]) => from === name).map(([, to]) => to);
        const reaches = (from: string, to: string): boolean => {
          const seen = new Set(targets(from));
          for (const one of seen) for (const next of targets(one)) seen.add(next);
          return seen.has(to);
        };
        const cycles = findCycles(names, targets);
        for (const cycle of cycles) {
          expect(cycle.length).toBeGreaterThan(1);
          for (const [index, name] of cycle.entries()) {
            expect(targets(name)).toContain(cycle[(index + 1) % cycle.length]);
          }
        }
        const groups = names.filter((name, index) =>
          names.some((other, position) => position !== index && reaches(name, other) && reaches(other, name)),
        );
        const firsts = groups.filter(
          (name) => !names.some((other) => other < name && reaches(name, other) && reaches(other, name)),
        );
        expect(cycles.map(([first]) => first).sort()).toEqual(firsts.sort());
      }),
      { numRuns: 500 },
    );
  });

  it('are found in a chain of 100,000 nodes without running out of stack', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => String(index));
    const next = (name: string) => [String((Number(name) + 1) % names.length)];
    expect(findCycles(names, next)[0]).toHaveLength(100_000);
  });
});
