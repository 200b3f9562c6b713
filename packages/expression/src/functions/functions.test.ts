import { describe, expect, test } from 'vitest';
import { ExpressionError, evaluate, functionNames, parseExpression } from '../index.ts';
import { collectionCases } from './cases/collection-cases.ts';
import { encodingCases } from './cases/encoding-cases.ts';
import { textCases } from './cases/text-cases.ts';
import { valueCases } from './cases/value-cases.ts';

const names = {
  list: [3, 1, 2],
  users: [
    { name: 'Ann', age: 41, ok: true, team: { name: 'red' } },
    { name: 'Bo', age: 27, ok: false, team: { name: 'blue' } },
  ],
  o: { a: 1, b: null },
  nothing: null,
};
const scope = { names, now: Date.UTC(2026, 0, 31, 9, 30, 15, 42), uuid: () => 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6' };

const table = { ...valueCases, ...textCases, ...collectionCases, ...encodingCases };
const rows = Object.values(table).flat();

function run(source: string): unknown {
  try {
    return evaluate(parseExpression(source), scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { error: error.code };
  }
}

/** The same call written as a filter; undefined when it takes no argument or already ends in a filter. */
function asFilter(source: string): string | undefined {
  const call = parseExpression(source);
  if (call.kind !== 'call' || call.form === 'filter') return undefined;
  const [first, ...rest] = call.args.map((arg) => source.slice(arg.span.start, arg.span.end));
  return first === undefined ? undefined : `(${first}) | ${call.name}${rest.length > 0 ? `(${rest.join(', ')})` : ''}`;
}

describe('functions', () => {
  test('the table has every function of the language', () => {
    expect(Object.keys(table).sort()).toEqual([...functionNames].sort());
  });

  test.each(rows)('%s gives %j', (source, result) => {
    expect(run(source)).toEqual(result);
  });

  test.each(
    rows.flatMap(([source, result]) => {
      const filter = asFilter(source);
      return filter === undefined ? [] : [[filter, result] as const];
    }),
  )('%s gives %j as a filter', (source, result) => {
    expect(run(source)).toEqual(result);
  });

  test('uuid() without a source from the host is an error', () => {
    expect(() => evaluate(parseExpression('uuid()'), { names: {}, now: 0 })).toThrow('uuid() cannot be used');
  });
});
