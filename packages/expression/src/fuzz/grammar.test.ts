import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExpressionError, evaluate, parseExpression, parseTemplate, render } from '../index.ts';
import { compute, operators, Refused, type Tree, write } from './reference-evaluator.ts';

const scalar: fc.Arbitrary<Tree> = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }) },
    { weight: 1, arbitrary: fc.constantFrom(0.5, 2.25, 1e6, 9007199254740991) },
    { weight: 2, arbitrary: fc.constantFrom('', 'a', 'ab', 'b', '"', '\\', 'x\ny', 'not') },
    { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
  )
  .map((value) => ({ kind: 'value', value }));

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    scalar,
    fc.record({ kind: fc.constant('list' as const), items: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constantFrom('negative' as const, 'not' as const), of: tie('tree') }),
    fc.record({
      kind: fc.constant('operator' as const),
      operator: fc.constantFrom(...operators),
      left: tie('tree'),
      right: tie('tree'),
    }),
    fc.record({
      kind: fc.constant('if' as const),
      condition: tie('tree'),
      chosen: tie('tree'),
      otherwise: tie('tree'),
    }),
    fc.record({ kind: fc.constant('index' as const), of: tie('tree'), index: fc.integer({ min: -3, max: 3 }) }),
    fc.record({
      kind: fc.constant('slice' as const),
      of: tie('tree'),
      from: fc.integer({ min: -3, max: 3 }),
      to: fc.integer({ min: -3, max: 3 }),
    }),
  ),
}));

/** Lists and operators of one type, so that most expressions have a value. */
const { arithmetic } = fc.letrec<{ arithmetic: Tree }>((tie) => ({
  arithmetic: fc.oneof(
    { maxDepth: 8, withCrossShrink: true },
    fc.integer({ min: 0, max: 20 }).map((value): Tree => ({ kind: 'value', value })),
    fc.record({ kind: fc.constant('negative' as const), of: tie('arithmetic') }),
    fc.record({
      kind: fc.constant('operator' as const),
      operator: fc.constantFrom('+', '-', '*', '/', '%', '//', '==', '<', 'and', 'or'),
      left: tie('arithmetic'),
      right: tie('arithmetic'),
    }),
  ),
}));

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refused || error instanceof ExpressionError) return 'refused';
    throw error;
  }
}

const scope = { names: {}, now: 0 };

describe('generated expressions mean what a second, plain evaluator says', () => {
  for (const [name, trees] of [
    ['any types', tree],
    ['arithmetic', arithmetic],
  ] as const) {
    test.each([true, false])(`${name}, with as few parentheses as possible: %s`, (bare) => {
      let values = 0;
      fc.assert(
        fc.property(trees, (generated) => {
          const source = write(generated, bare);
          const expected = outcome(() => compute(generated));
          if (expected !== 'refused') values++;
          expect(outcome(() => evaluate(parseExpression(source), scope))).toEqual(expected);
        }),
        { numRuns: 3_000 },
      );
      expect(values).toBeGreaterThan(300);
    });
  }

  test('inside a template too', () => {
    fc.assert(
      fc.property(tree, (generated) => {
        const expected = outcome(() => compute(generated));
        const source = `{{ ${write(generated, true)} }}`;
        expect(outcome(() => render(parseTemplate(source), scope))).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
