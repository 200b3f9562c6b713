import { describe, expect, test } from 'vitest';
import { ExpressionError, evaluate, locate, parseExpression, parseTemplate, render, type Scope } from './index.ts';

const scope: Scope = {
  names: { input: { mode: 'prod', tags: ['a'] }, steps: { build: { output: { tag: 'v1' } } } },
  now: 0,
};

function errorOf(run: () => unknown): ExpressionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** What an error points at, its message and its hint. */
function report(source: string): readonly [place: string, message: string, hint: string | undefined] {
  const { span, message, hint } = errorOf(() => evaluate(parseExpression(source), scope));
  return [source.slice(span.start, span.end), message, hint];
}

const allow = 'Where it may be absent write `?.`, `| default(…)` or `is defined`.';

describe('an error points at its cause and says what to do', () => {
  test.each([
    ['1 + inpt.mode', 'inpt', 'Nothing is named `inpt` here.', 'Did you mean `input`?'],
    ['None', 'None', 'Nothing is named `None` here.', 'Write `null`.'],
    ['now > 1', 'now', 'Nothing is named `now` here.', '`now` is a function: write `now(…)`.'],
    [
      '1 + it',
      'it',
      'Nothing is named `it` here.',
      '`it` is the item inside map(), filter(), any(), all() and their like.',
    ],
    ['zzz', 'zzz', 'Nothing is named `zzz` here.', 'Names here: input, steps.'],
    [
      'steps.build.output.tga',
      'steps.build.output.tga',
      '`steps.build.output` has no field `tga`.',
      `Did you mean \`tag\`? ${allow}`,
    ],
    ['input.tags[3]', 'input.tags[3]', '`input.tags` has 1 items, so there is none at index 3.', allow],
    ['"x" | uper', 'uper', 'There is no function `uper`.', 'Did you mean `upper`?'],
    ['len(input)', 'len', 'There is no function `len`.', 'Write `length`.'],
    [
      '"a" + 5',
      '"a" + 5',
      '`+` takes two numbers, two strings or two arrays, but `"a"` is a string and `5` is a number.',
      'Types never convert by themselves: use number() or string().',
    ],
    ['upper(5)', '5', 'Argument 1 of upper() (`5`) is a number; it must be a string.', 'Use string() to make one.'],
    [
      '"a" | split(1)',
      '1',
      'Argument 2 of split() (`1`) is a number; it must be a string.',
      'Use string() to make one.',
    ],
    ['split()', 'split()', 'split() got 0 arguments; it is `split(text, separator?)`.', 'Add the missing ones.'],
    [
      '"a" | upper(1)',
      '"a" | upper(1)',
      'upper() got 2 arguments, the piped value included; it is `upper(text)`.',
      'Remove the last ones.',
    ],
    [
      'input.mode / 2',
      'input.mode / 2',
      '`/` takes two numbers, but `input.mode` is a string and `2` is a number.',
      'Types never convert by themselves: use number() or string().',
    ],
    ['5 / (2 - 2)', '5 / (2 - 2)', '`5 / (2 - 2)` divides by zero.', 'Write `x / y if y != 0 else …`.'],
    [
      'input.tags.x',
      'input.tags.x',
      '`input.tags` is an array and has no fields, so `.x` cannot be read.',
      "Write [0] for one item, or `| map('x')` for the field of each.",
    ],
    [
      'failed("build")',
      'failed',
      'The status function failed() has no meaning in this place.',
      'Status functions can be used where steps have a status: in `when` and in transitions of a workflow.',
    ],
    ['a &', '&', '`&` has no meaning here.', 'Write `and`.'],
    ['f(x=1)', '=', '`=` has no meaning here.', 'Write `==` to compare. Arguments of functions have no names.'],
    [
      '1 < 2 < 3',
      '<',
      'Comparisons cannot be chained.',
      'Write `a < b and b < c`, or put one of them into parentheses.',
    ],
    ['(1 + 2', '', 'Expected `)` to close the `(`, found the end of the text.', undefined],
    [
      '"abc',
      '"abc',
      'This string has no closing quote.',
      'Add `"` at its end; a quote inside the string is written with a backslash before it.',
    ],
    [
      '"x" matches "("',
      '"("',
      'This is not a regular expression: error parsing regexp: missing closing ): `(`.',
      'The syntax is that of RE2: no back references, no look-ahead, no look-behind.',
    ],
    [
      'a contains b',
      'contains',
      '`contains` is not an operator.',
      'Write `needle in haystack` or `contains(haystack, needle)`.',
    ],
  ])('%s', (source, place, message, hint) => {
    expect(report(source)).toEqual([place, message, hint]);
  });

  test('a hint or message never shows a value', () => {
    const secret = { names: { secrets: { token: 'hunter2-hunter2' } }, now: 0 };
    for (const source of [
      'secrets.tokn',
      'secrets.token + 1',
      'secrets.token.x',
      '-secrets.token',
      'from_json(secrets.token)',
    ]) {
      const error = errorOf(() => evaluate(parseExpression(source), secret));
      expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
    }
  });
});

describe('in a template', () => {
  test.each([
    ['Hi {{ nme }}!', 'nme', 'unknown_name'],
    ['a\n  {{ input.modd }}', 'input.modd', 'missing_field'],
    ['{{ input.mode', '{{', 'syntax'],
    ['{{ }}', '}', 'syntax'],
    ['{% if input.mode %}x', '{% if input.mode %}', 'syntax'],
    ['{% fi x %}', 'fi', 'syntax'],
    ['x{% endif %}', '{% endif %}', 'syntax'],
    ['{% if 1 %}{% endfor %}', '{% endfor %}', 'syntax'],
    ['{% for x of y %}{% endfor %}', 'of', 'syntax'],
    ['{% for a, b, c in y %}{% endfor %}', ',', 'syntax'],
    ['{% for x in 5 %}{% endfor %}', '5', 'wrong_type'],
    ['{# open', '{#', 'syntax'],
    ['{% raw %}x', '{% raw %}', 'syntax'],
    ['{{ 1 2 }}', '2', 'syntax'],
    ['{{.Name}}', '.', 'syntax'],
  ])('%s fails at %s', (source, place, code) => {
    const error = errorOf(() => render(parseTemplate(source), scope));
    expect([source.slice(error.span.start, error.span.end), error.code]).toEqual([place, code]);
  });
});

describe('functions of the host', () => {
  const at = (host: () => never) => {
    const functions = { failed: host };
    return errorOf(() => evaluate(parseExpression('1 + failed("x")'), { names: {}, now: 0, functions }));
  };

  test('an error with a known code keeps it and gets the place of the call', () => {
    const error = at(() => {
      throw Object.assign(new Error('No step `x`.'), { code: 'bad_argument', hint: 'Try `y`.' });
    });
    expect([error.code, error.message, error.hint, error.span]).toEqual([
      'bad_argument',
      'No step `x`.',
      'Try `y`.',
      { start: 4, end: 15 },
    ]);
  });

  test('any other error becomes host_error and stays as the cause', () => {
    const cause = new TypeError('boom');
    const error = at(() => {
      throw cause;
    });
    expect([error.code, error.message, error.cause]).toEqual(['host_error', 'failed() failed: boom', cause]);
  });

  test('they are called with values, and built-in functions come first', () => {
    const functions = { failed: (args: readonly unknown[]) => args.length, upper: () => 'mine' };
    const of = (source: string) => evaluate(parseExpression(source), { names: {}, now: 0, functions });
    expect([of('failed()'), of('"a" | failed'), of('upper("a")')]).toEqual([0, 1, 'A']);
  });
});

test.each([
  ['abc', 0, 1, 1],
  ['abc', 3, 1, 4],
  ['a\nbc', 2, 2, 1],
  ['a\r\nbc', 4, 2, 2],
  ['a\rb', 2, 2, 1],
  ['a\n\n', 3, 3, 1],
  ['abc', 99, 1, 4],
  ['', 0, 1, 1],
])('in %j the offset %i is at %i:%i', (source, offset, line, column) => {
  expect(locate(source, offset)).toEqual({ line, column });
});
