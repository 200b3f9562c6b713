import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineAddress, placeOfAddress } from './line-address.ts';
import { layoutOf } from './log-layout.ts';

describe('the rows of a log', () => {
  test('are its lines alone where there is one section, folded or not', () => {
    const layout = layoutOf(Uint32Array.of(3), new Set([0]));
    expect([layout.rows, layout.headings]).toEqual([3, false]);
    expect([0, 1, 2].map((row) => layout.at(row))).toEqual([0, 1, 2].map((line) => ({ section: 0, line })));
  });

  test('skip the lines of folded sections; a line in one is where its heading is', () => {
    const layout = layoutOf(Uint32Array.of(2, 1_000_000, 0, 1), new Set([1]));
    expect(layout.rows).toBe(7);
    expect(Array.from({ length: 7 }, (_, row) => layout.at(row))).toEqual([
      { section: 0, line: -1 },
      { section: 0, line: 0 },
      { section: 0, line: 1 },
      { section: 1, line: -1 },
      { section: 2, line: -1 },
      { section: 3, line: -1 },
      { section: 3, line: 0 },
    ]);
    expect(layout.rowOf({ section: 1, line: 777 })).toBe(3);
    expect(layout.rowOf({ section: 3, line: 0 })).toBe(6);
  });

  test('lead to a place and back, whatever is folded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 40 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
        (sections) => {
          const folded = new Set(sections.flatMap(([, isFolded], section) => (isFolded ? [section] : [])));
          const layout = layoutOf(
            Uint32Array.from(sections, ([lines]) => lines),
            folded,
          );
          for (let row = 0; row < layout.rows; row += 1) expect(layout.rowOf(layout.at(row))).toBe(row);
        },
      ),
    );
  });
});

describe('the address of a line', () => {
  const build = { step: 'build', item: -1, iteration: 0, attempt: 1 };
  const sections = [build, { ...build, attempt: 2 }, { ...build, item: 3, iteration: 1 }];

  test('names the section where there are several, and is found again', () => {
    expect(sections.map((_, section) => lineAddress({ section, line: 11 }, sections))).toEqual([
      'build:12',
      'build#2:12',
      'build[3]~1:12',
    ]);
    for (const section of sections.keys()) {
      expect(placeOfAddress(lineAddress({ section, line: 4 }, sections), sections)).toEqual({ section, line: 4 });
    }
  });

  test('is a number where there is one, which stays valid when there are more', () => {
    expect(lineAddress({ section: 0, line: 0 }, [build])).toBe('1');
    expect(placeOfAddress('1', sections)).toEqual({ section: 0, line: 0 });
  });

  test('that is none, or of a section that is not there, leads nowhere', () => {
    for (const address of [undefined, '', '0', 'x', 'ship:3', 'build:0']) {
      expect(placeOfAddress(address, sections)).toBeNull();
    }
    expect(placeOfAddress('1', [])).toBeNull();
  });
});
