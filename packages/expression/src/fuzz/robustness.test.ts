import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  callsOf,
  deepEqual,
  ExpressionError,
  evaluate,
  functionNames,
  type Json,
  parseCondition,
  parseExpression,
  parseTemplate,
  readsOf,
  render,
} from '../index.ts';

const words = [
  ...[
    'a',
    'b.c',
    'it',
    'list',
    'o',
    '1',
    '0.5',
    '"s"',
    "'t'",
    'true',
    'null',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '.',
  ],
  ...[
    '?.',
    '|',
    '+',
    '-',
    '*',
    '/',
    '//',
    '%',
    '==',
    '<',
    'and',
    'or',
    'not',
    'in',
    'if',
    'else',
    'is defined',
    'matches',
  ],
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '{%-',
    '-}}',
    'for x in',
    'endfor',
    'endif',
    'raw',
    'endraw',
    '\\',
    '"',
    "'",
    '\n',
  ],
  ...functionNames.map((name) => `${name}(`),
];

const soup = fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(' '));
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  soup,
);

const names: Record<string, Json> = {
  a: 5,
  b: { c: 'text' },
  list: [3, 'x', null, [1], { k: 'v' }],
  o: { x: 1, y: [true] },
};
const scope = { names, now: Date.UTC(2026, 0, 31), budget: { steps: 20_000, outputSize: 50_000, range: 1_000 } };

/** Fails unless what is thrown is an ExpressionError whose place lies in the source. */
function runs(source: string, run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { start, end } = error.span;
    expect(0 <= start && start <= end && end <= source.length, `span ${start}..${end} of ${source.length}`).toBe(true);
    expect(error.message).not.toBe('');
    return undefined;
  }
}

describe('whatever the text', () => {
  test('an expression parses and evaluates, or fails at a place in the text', () => {
    fc.assert(
      fc.property(text, (source) => {
        runs(source, () => {
          const expression = parseExpression(source);
          readsOf(expression);
          callsOf(expression);
          return evaluate(expression, scope);
        });
        runs(source, () => parseCondition(source));
      }),
      { numRuns: 5_000 },
    );
  });

  test('a template parses and renders, or fails at a place in the text', () => {
    fc.assert(
      fc.property(text, text, (before, inner) => {
        for (const source of [before + inner, `${before}{{ ${inner} }}`, `{% if ${inner} %}${before}{% endif %}`]) {
          runs(source, () => {
            const template = parseTemplate(source);
            readsOf(template);
            callsOf(template);
            return render(template, scope);
          });
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('text without braces renders as itself', () => {
    const plain = fc.string({ unit: 'binary', maxLength: 50 }).map((source) => source.replaceAll('{', ''));
    fc.assert(
      fc.property(plain, (source) => {
        expect(render(parseTemplate(source), scope)).toBe(source);
      }),
    );
  });

  test('raw text renders as itself', () => {
    const raw = soup.filter((source) => !source.includes('endraw'));
    fc.assert(
      fc.property(raw, (source) => {
        expect(render(parseTemplate(`{% raw %}${source}{% endraw %}`), scope)).toBe(source);
      }),
    );
  });
});

const values = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const literals = fc.oneof(
  fc.constantFrom(
    'a',
    'b.c',
    'list',
    'o',
    'it',
    'list[4]',
    'it.x',
    'it?.k',
    '"\\\\d+"',
    '"2026-01-31"',
    '"1d"',
    '-1',
    '2.5',
    '3',
  ),
  values.map((value) => JSON.stringify(value)),
);

const { call } = fc.letrec<{ call: string }>((tie) => ({
  call: fc.oneof(
    { maxDepth: 5 },
    literals,
    fc
      .tuple(fc.constantFrom(...functionNames), fc.array(tie('call'), { maxLength: 4 }))
      .map(([name, args]) => `${name}(${args.join(', ')})`),
    fc
      .tuple(tie('call'), fc.constantFrom(...functionNames), fc.array(tie('call'), { maxLength: 3 }))
      .map(([piped, name, args]) => `(${piped} | ${name}(${args.join(', ')}))`),
  ),
}));

describe('functions', () => {
  test('called with anything give JSON or an ExpressionError, the same each time, and change nothing', () => {
    const before = JSON.stringify(names);
    let given = 0;
    fc.assert(
      fc.property(call, (source) => {
        const run = () => runs(source, () => evaluate(parseExpression(source), { ...scope, uuid: () => 'u' }));
        const value = run() as Json | undefined;
        if (value !== undefined) {
          given++;
          expect(JSON.parse(JSON.stringify(value))).toEqual(value);
          expect(deepEqual(run() as Json, value)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
    expect(given).toBeGreaterThan(500);
    expect(JSON.stringify(names)).toBe(before);
  });

  test('any JSON survives as a literal, through from_json(json(x)) and through a template', () => {
    fc.assert(
      fc.property(values, (v) => {
        const of = (source: string) => runs(source, () => evaluate(parseExpression(source), { names: { v }, now: 0 }));
        if (/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(v))) return;
        expect(of('from_json(json(v))')).toEqual(v);
        expect(of('from_json(json(v, 2)) == v')).toBe(true);
        expect(of('[v, v] | unique | length')).toBe(1);
        expect(render(parseTemplate('{{ v }}'), { names: { v }, now: 0 })).toBe(v);
      }),
      { numRuns: 1_000 },
    );
  });
});
