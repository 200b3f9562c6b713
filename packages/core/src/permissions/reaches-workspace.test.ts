import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Condition, isWithinReach, type Layer, type Reach } from './reach.ts';
import { reachesWorkspace } from './reaches-workspace.ts';

const workspaces = ['shop', 'ship', 'lab'];
const names = ['a', 'ab', 'b'];
const condition: fc.Arbitrary<Condition> = fc.record(
  {
    workspace: fc.constantFrom('shop', 'sh*', 'lab', '*'),
    name: fc.constantFrom('a', 'a*', '*b'),
    folder: fc.constantFrom('etl', 'etl/nightly'),
    label: fc.constantFrom('x', 'y'),
    owner: fc.constantFrom('ada', 'bob'),
  },
  { requiredKeys: [] },
);
const rule = fc.array(condition, { maxLength: 2 });
const layer: fc.Arbitrary<Layer> = fc.record({
  allow: fc.array(rule, { maxLength: 3 }),
  deny: fc.array(rule, { maxLength: 2 }),
});
const reach: fc.Arbitrary<Reach> = fc.array(layer, { maxLength: 2 });

const objects = (workspace: string) =>
  names.flatMap((name) =>
    [[], ['x'], ['y'], ['x', 'y']].flatMap((labels) =>
      [null, 'ada', 'bob'].flatMap((owner) =>
        [null, 'etl', 'etl/nightly'].map((folder) => ({ workspace, name, folder, labels, owner })),
      ),
    ),
  );

it('is true of each workspace in which something is reached', () => {
  fc.assert(
    fc.property(reach, fc.constantFrom(...workspaces), (given, workspace) => {
      if (objects(workspace).some((object) => isWithinReach(given, object))) {
        expect(reachesWorkspace(given, workspace)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

it('is false of a workspace that no allow is about, or that a deny takes as a whole', () => {
  const only = (workspace: string): Reach => [{ allow: [[{ workspace }]], deny: [] }];
  expect(workspaces.filter((workspace) => reachesWorkspace(only('sh*'), workspace))).toEqual(['shop', 'ship']);
  const all: Layer = { allow: [[]], deny: [] };
  expect(reachesWorkspace([{ ...all, deny: [[{ workspace: 'shop' }]] }], 'shop')).toBe(false);
  expect(reachesWorkspace([{ ...all, deny: [[{ workspace: 'shop', name: 'a' }]] }], 'shop')).toBe(true);
  expect(reachesWorkspace([{ ...all, deny: [[{ workspace: 'shop', folder: 'etl' }]] }], 'shop')).toBe(true);
  expect(reachesWorkspace([{ ...all, deny: [[{ workspace: 'shop' }]] }], 'lab')).toBe(true);
  expect(reachesWorkspace([all, ...only('lab')], 'shop')).toBe(false);
  expect(reachesWorkspace([{ allow: [], deny: [] }], 'shop')).toBe(false);
  expect(reachesWorkspace([], 'shop')).toBe(true);
});
