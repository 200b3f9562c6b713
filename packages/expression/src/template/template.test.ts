// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell texts, not JavaScript templates
import { describe, expect, test } from 'vitest';
import {
  evaluate,
  isPlainText,
  type Json,
  parseCondition,
  parseTemplate,
  render,
  renderText,
  singleExpression,
} from '../index.ts';

const names = { n: 3, s: 'text', list: [1, 'b'], o: { a: 1, b: [2] }, yes: true, nothing: null, pairs: [['k', 1]] };

function rendered(source: string): Json {
  return render(parseTemplate(source), { names, now: 0 });
}

describe('a text that is one expression keeps the type', () => {
  test.each<readonly [string, Json]>([
    ['{{ n }}', 3],
    ['{{n}}', 3],
    ['{{ s }}', 'text'],
    ['{{ list }}', [1, 'b']],
    ['{{ o }}', { a: 1, b: [2] }],
    ['{{ yes }}', true],
    ['{{ nothing }}', null],
    ['{{ {a: {b: 1}} }}', { a: { b: 1 } }],
    ['{{ {a: {b: 1}}}}', { a: { b: 1 } }],
    ['{{ "}}" }}', '}}'],
    ['{{- n -}}', 3],
    ['{# c #}{{ n }}', 3],
  ])('%s gives %j', (source, value) => expect(rendered(source)).toEqual(value));
});

describe('any other text becomes text', () => {
  test.each<readonly [string, string]>([
    ['', ''],
    ['plain', 'plain'],
    ['a { b } c', 'a { b } c'],
    ['{{ n }} ', '3 '],
    ['{{ n }}{{ n }}', '33'],
    ['<{{ nothing }}>', '<>'],
    ['<{{ yes }}>', '<true>'],
    ['<{{ list }}>', '<[1,"b"]>'],
    ['<{{ o }}>', '<{"a":1,"b":[2]}>'],
    ['{{ n % 2 }}%', '1%'],
    ['a \n {{- n -}} \n b', 'a3b'],
    ['a {#- c -#} b', 'ab'],
    ['{% if n > 2 %}many{% else %}few{% endif %}', 'many'],
    ['{% if n > 9 %}many{% elif n > 2 %}some{% else %}few{% endif %}', 'some'],
    ['{% if not n %}x{% endif %}', ''],
    ['{% if yes %}{% if nothing %}a{% else %}b{% endif %}c{% endif %}', 'bc'],
    ['{% for x in list %}<{{ x }}>{% endfor %}', '<1><b>'],
    ['{% for x in list -%}  {{ x }}  {%- endfor %}', '1b'],
    ['{% for k, v in o %}{{ k }}:{{ v }} {% endfor %}', 'a:1 b:[2] '],
    ['{% for k, v in pairs %}{{ k }}={{ v }}{% endfor %}', 'k=1'],
    ['{% for x in [] %}x{% else %}none{% endfor %}', 'none'],
    ['{% for x in list %}{{ loop.index }}/{{ loop.length }} {% endfor %}', '1/2 2/2 '],
    [
      '{% for x in [1, 2] %}{% for y in [3, 4] %}{{ x * y }}{{ loop.last }} {% endfor %}{% endfor %}',
      '3false 4true 6false 8true ',
    ],
    ['{% for n in [9] %}{{ n }}{% endfor %}{{ n }}', '93'],
    ['{% raw %}{{ n }} {% if %} {# x #}{% endraw %}', '{{ n }} {% if %} {# x #}'],
    ['a {%- raw -%} b {%- endraw -%} c', 'abc'],
    ['echo ${#array[@]} ${x}', 'echo ${#array[@]} ${x}'],
    ['${{ n }}', '$3'],
    ["docker --format '{{ '{{.Name}}' }}'", "docker --format '{{.Name}}'"],
    ['{% if "%}" == s %}a{% else %}b{% endif %}', 'b'],
  ])('%j gives %j', (source, text) => expect(rendered(source)).toBe(text));
});

test('a text without expressions is known as such', () => {
  expect(isPlainText(parseTemplate('a { b }'))).toBe(true);
  expect(isPlainText(parseTemplate(''))).toBe(true);
  expect(isPlainText(parseTemplate('{% raw %}{{{% endraw %}'))).toBe(true);
  expect(isPlainText(parseTemplate('{{ 1 }}'))).toBe(false);
  expect(isPlainText(parseTemplate('{% if 1 %}{% endif %}'))).toBe(false);
});

test('only a text that is one expression has a single expression', () => {
  expect(singleExpression(parseTemplate('{{ a.b }}'))).toMatchObject({ kind: 'member', span: { start: 3, end: 6 } });
  for (const source of ['', 'a', ' {{ a }}', '{{ a }}{{ b }}', '{% if a %}{{ b }}{% endif %}']) {
    expect(singleExpression(parseTemplate(source))).toBeUndefined();
  }
});

test('parts know their places', () => {
  const source = 'a {{ b }}{% for x in c %}{{ x }}{% endfor %}';
  const { parts } = parseTemplate(source);
  expect(parts.map((part) => source.slice(part.span.start, part.span.end))).toEqual([
    'a ',
    '{{ b }}',
    '{% for x in c %}{{ x }}{% endfor %}',
  ]);
});

describe('a condition', () => {
  test.each<readonly [string, Json]>([
    ['n > 2', true],
    ['{{ n > 2 }}', true],
    ['  {{ n > 2 }}\n', true],
    ['{{ n }}', 3],
    ['[n]', [3]],
  ])('%j gives %j', (source, value) => expect(evaluate(parseCondition(source), { names, now: 0 })).toEqual(value));

  test.each(['{{ a }} and {{ b }}', 'a {{ b }}', '{% if a %}{{ b }}{% endif %}', '{{ a }} x', ''])(
    'is not %j',
    (source) => {
      expect(() => parseCondition(source)).toThrow(expect.objectContaining({ code: 'syntax' }));
    },
  );

  test('has places in the text that was given', () => {
    expect(parseCondition(' {{ a.b }}').span).toEqual({ start: 4, end: 7 });
    expect(parseCondition(' a.b').span).toEqual({ start: 1, end: 4 });
  });
});

test.each<readonly [Json, string]>([
  [null, ''],
  ['a', 'a'],
  [1.5, '1.5'],
  [false, 'false'],
  [[1, 'a'], '[1,"a"]'],
  [{ a: null }, '{"a":null}'],
])('%j is written as %j', (value, text) => expect(renderText(value)).toBe(text));
