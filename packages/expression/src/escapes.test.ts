// biome-ignore-all lint/suspicious/noTemplateCurlyInString: attacks in other languages' syntax
import { afterAll, describe, expect, test } from 'vitest';
import { ExpressionError, evaluate, parseExpression, parseTemplate, render, type Scope } from './index.ts';

/** What an attacker sees: values of every type, and what a careless host might add by mistake. */
const careless = {
  leaked: () => 'called',
  symbol: Symbol('s'),
};
const scope: Scope = {
  names: {
    s: 'text',
    n: 5,
    t: true,
    nil: null,
    list: [1, 2, 3],
    o: { x: { y: 1 } },
    big: 'a'.repeat(200_000),
    careless: careless as never,
  },
  now: 0,
  functions: { failed: () => true },
};

/** Each ends in an error. */
const refused: readonly string[] = [
  // the prototype chain by fields
  's.constructor',
  'n.constructor',
  'o.constructor',
  'o.constructor.constructor',
  'o.constructor.constructor("return process")()',
  'list.constructor',
  'o.__proto__',
  'o.__proto__.x',
  'list.__proto__',
  's.__proto__',
  'o.prototype',
  'o.x.__proto__.polluted',
  'o?.constructor',
  'o?.__proto__',
  'o.toString',
  'o.valueOf',
  'o.hasOwnProperty',
  'o.toString.constructor',
  'list.map',
  'list.length',
  's.length',
  's.at',
  'o.__defineGetter__',
  'o.__defineSetter__',
  'o.__lookupGetter__',
  'o.isPrototypeOf',
  // by computed keys
  'o["constructor"]',
  'o["__proto__"]',
  'o["proto" + "type"]',
  'o["__pro" + "to__"]',
  'o["const" + "ructor"]',
  'o["\\u0063onstructor"]',
  'o["\\x5f_proto__"]',
  'o["\\u{63}onstructor"]',
  'o[("__", "proto__") | join]',
  'o[["constructor"]]',
  'o[["__proto__"][0]]',
  'o["CONSTRUCTOR" | lower]',
  'o[reverse("rotcurtsnoc")]',
  'o[from_base64("Y29uc3RydWN0b3I=")]',
  'o[join(["__", "proto", "__"])]',
  'o["toString"]',
  'list["length"]',
  'list["constructor"]',
  'list["0"]',
  's["length"]',
  'n["toFixed"]',
  't["constructor"]',
  'nil["constructor"]',
  'nil.constructor',
  // globals and names of the engine
  'globalThis',
  'global',
  'window',
  'process',
  'process.env',
  'process.mainModule.require("fs")',
  'require("fs")',
  'import("fs")',
  'Function("return this")()',
  'eval("1")',
  'Object',
  'Object.keys(o)',
  'Reflect',
  'Proxy',
  'Symbol.iterator',
  'this',
  'self',
  'arguments',
  'undefined',
  'NaN',
  'Infinity',
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__("x", 1)',
  'constructor("x")',
  'toString()',
  'hasOwnProperty("s")',
  // methods and calls of values
  's.toUpperCase()',
  's.constructor("x")',
  'list.map(it)',
  '("x")()',
  'upper()()',
  'list[0]()',
  'o.x()',
  '(upper)(s)',
  'upper.call(s)',
  'upper.constructor',
  's | constructor',
  's | __proto__',
  's | toString',
  's | upper.constructor',
  // functions and symbols that the host let slip in
  'careless.leaked',
  'careless.leaked()',
  'careless["leaked"]',
  'careless.symbol',
  'careless | map(it)',
  // other languages' ways
  '`${process.env}`',
  'x => x',
  'function() { return 1 }',
  'new Date()',
  'o.x = 5',
  'a; b',
  'delete o.x',
  'o.x++',
  '(() => 1)()',
  '{...o}',
  '[...list]',
  '{["__proto__"]: 1}',
  '{__proto__: {polluted: true}}',
  '{"__proto__": {polluted: true}}',
  '{constructor: 1}',
  '{"\\u005f_proto__": 1}',
  '{"__proto__" : 1}["polluted"]',
  '@danger',
  '#{7*7}',
  '<%= 7*7 %>',
  's.__class__.__mro__[1].__subclasses__()',
  'lipsum.__globals__',
  'cycler.__init__.__globals__.os.popen("id")',
  'self._TemplateReference__context',
  'request["application"]',
  'get_env("HOME")',
  'env("HOME")',
  'include("/etc/passwd")',
  'range.constructor("return globalThis")()',
  // attributes of functions that look at items
  'list | map("constructor")',
  '[o] | map("__proto__")',
  '[o] | map("constructor.constructor")',
  '[o] | filter("toString")',
  '[o] | sort("__proto__")',
  '[o] | group_by("constructor")',
  '[o] | map(it.constructor)',
  '[o] | map(it["__proto__"])',
  '[s] | map(it.constructor("x"))',
  'it',
  'list | map(it) | first(it)',
  'loop.constructor',
  // objects made by functions
  'from_json("{\\"__proto__\\": {\\"polluted\\": true}}")',
  'from_json("{\\"a\\": [{\\"constructor\\": {\\"prototype\\": 1}}]}")',
  'from_json("{\\"\\\\u005f_proto__\\": 1}")',
  '["__proto__"] | group_by(it)',
  '["constructor"] | group_by(it)',
  'merge(from_json("{\\"__proto__\\": 1}"), {})',
  // regular expressions that hang a backtracking engine, or are large
  's matches "(a+)+\\\\1"',
  's matches "(?<=a)b"',
  's matches "(?=a)"',
  's matches "a{1001}"',
  's matches "((a{100}){100}){100}"',
  's matches pad("", 2000, "(")',
  's matches pad("", 2000, "a|")',
  'regex_replace(big, "a.*b|a", "")',
  'regex_replace(big, "", pad("", 1000, "x"))',
  // memory and time
  'range(1000000000)',
  'range(0, 9007199254740991)',
  'range(-9007199254740991, 9007199254740991)',
  'pad("x", 1000000000)',
  'pad("x", 9007199254740991, "yy", "both")',
  'range(100000) | map(range(100000))',
  'range(100000) | map(big)  | join("")',
  'range(100000) | map(big) | json',
  'range(100000) | map(big) | yaml',
  'range(100000) | map(big) | string',
  'range(10000) | map(big + big)',
  'range(10000) | map(upper(big))',
  'range(10000) | map(split(big, ""))',
  'range(100000) | map(length(big + "x"))',
  'range(100000) | map(sha256(big))',
  'replace(big, "a", big)',
  'replace(replace(big, "a", "bbbbbbbbbbbbbbbbbbbb"), "b", "cccccccccccccccccccc")',
  'join(range(100000), big)',
  'zip(range(100000), range(100000)) | map(zip(range(100000), range(100000)))',
  'range(100000) | map(chunks(range(1000), 1))',
  'range(100000) | map(flat([range(1000), range(1000)]))',
  'range(100000) | map(any(range(100000), it < 0))',
  `[1]${' | map([it, it])'.repeat(60)}`,
  `([1]${' | map([it, it])'.repeat(60)}) == ([1]${' | map([it, it])'.repeat(60)})`,
  `[1]${' | map([it, it])'.repeat(60)} | flat(60)`,
  `[1]${' | map([it, it])'.repeat(60)} | unique`,
  `[1]${' | map({a: it, b: it})'.repeat(60)} | json`,
  `[1]${' | map([it, it])'.repeat(60)} | sort`,
  `from_json(pad("", 100000, "["))`,
  `from_json(pad("", 5000, "[") + pad("", 5000, "]"))`,
  '"x" | pad(8000000) | pad(9000000)',
  '1e308 * 10',
  '9007199254740991 * 9007199254740991',
  // the parser's stack
  '('.repeat(10_000),
  '['.repeat(10_000),
  '{a:'.repeat(10_000),
  '-'.repeat(10_000),
  'not '.repeat(10_000),
  'f('.repeat(10_000),
  'o['.repeat(10_000),
  '1 if 1 else '.repeat(10_000),
  `${'('.repeat(10_000)}1${')'.repeat(10_000)}`,
  `1${' + 1'.repeat(10_000)}`,
  `s${' | upper'.repeat(10_000)}`,
  `o${'.x'.repeat(10_000)}`,
  `o${'?.x'.repeat(10_000)}`,
  `list${'[0]'.repeat(10_000)}`,
  `1${' or 1'.repeat(10_000)}`,
  `[${'1,'.repeat(200_000)}]`,
  `"${'x'.repeat(1_000_001)}"`,
  `${'9'.repeat(400)}`,
];

/** Each gives harmless data. */
const harmless: readonly (readonly [source: string, value: unknown])[] = [
  ['"constructor" in o', false],
  ['"__proto__" in o', false],
  ['"toString" in o', false],
  ['contains(o, "constructor")', false],
  ['o?.toString', null],
  ['o.toString is defined', false],
  ['o?.x?.hasOwnProperty', null],
  ['default(o.valueOf, "safe")', 'safe'],
  ['coalesce(o.isPrototypeOf, "safe")', 'safe'],
  ['toString?.x', null],
  ['hasOwnProperty is defined', false],
  ['pick(o, "__proto__", "constructor", "toString")', {}],
  ['omit({a: 1}, "__proto__")', { a: 1 }],
  ['keys({toString: 1, valueOf: 2})', ['toString', 'valueOf']],
  ['string({toString: 1})', '{"toString":1}'],
  ['json({toJSON: "x"})', '{"toJSON":"x"}'],
  ['"{{ n }}" + "{% x %}"', '{{ n }}{% x %}'],
  ['"a" | replace("a", "$&$1$`")', '$&$1$`'],
  ['regex_replace("ab", "b", "$$1")', 'a$1'],
  ['big matches "(a+)+$"', true],
  ['big matches "(a|a)*b"', false],
  ['big matches "(x+x+)+y"', false],
  ['big matches "^(([a-z])+.)+[A-Z]([a-z])+$"', false],
  ['quote("\'; rm -rf / #")', "''\\''; rm -rf / #'"],
  ['group_by(["toString", "toString"], it)', { toString: ['toString', 'toString'] }],
  ['careless?.leaked', null],
  ['careless.leaked is defined', false],
  ['type_of(careless)', 'object'],
];

/** Tricks with templates; each ends in an error or prints the text given. */
const templates: readonly (readonly [source: string, text: string | undefined])[] = [
  ['{{ "{{ n }}" }}!', '{{ n }}!'],
  ['{{ "{% raw %}" }}!', '{% raw %}!'],
  ['{{ s + "}}" }}{{ n }}', 'text}}5'],
  ['{% raw %}{{ n }}{% endraw %}', '{{ n }}'],
  ['{% for __proto__ in list %}{% endfor %}', undefined],
  ['{% for constructor in list %}{% endfor %}', undefined],
  ['{% for x in list %}{{ loop.constructor }}{% endfor %}', undefined],
  ['{% for x in list %}{{ x.constructor }}{% endfor %}', undefined],
  ['{% set x = 1 %}', undefined],
  ['{% include "/etc/passwd" %}', undefined],
  ['{% import os %}', undefined],
  ['{% macro f() %}{% endmacro %}', undefined],
  ['{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}', undefined],
  ['{% for a in range(1000) %}{{ big }}{% endfor %}', undefined],
  [`{% for a in range(100000) %}${'y'.repeat(1000)}{% endfor %}`, undefined],
  ['{% if 1 %}'.repeat(10_000), undefined],
  ['{% for x in list %}'.repeat(10_000), undefined],
  ['{{'.repeat(10_000), undefined],
  ['{%'.repeat(10_000), undefined],
  ['{# '.repeat(10_000), undefined],
  [`{{ ${'('.repeat(10_000)} }}`, undefined],
  ['{{ careless }}!', '{}!'],
];

const before = Object.getOwnPropertyNames(Object.prototype).length;

afterAll(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

function short(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

describe('no expression gets out', () => {
  test('there are more than a hundred attempts', () => {
    expect(refused.length + harmless.length + templates.length).toBeGreaterThan(250);
  });

  test.each(refused.map((source) => ({ name: short(source), source })))('$name is refused', ({ source }) => {
    expect(() => evaluate(parseExpression(source), scope)).toThrow(ExpressionError);
  });

  test.each(harmless.map(([source, value]) => ({ source, value })))('$source is harmless', ({ source, value }) => {
    expect(evaluate(parseExpression(source), scope)).toEqual(value);
  });

  test.each(templates.map(([source, text]) => ({ name: short(source), source, text })))(
    '$name in a template',
    ({ source, text }) => {
      const run = () => render(parseTemplate(source), scope);
      if (text === undefined) expect(run).toThrow(ExpressionError);
      else expect(run()).toBe(text);
    },
  );

  test('a list that a lambda captured is not changed by what follows', () => {
    const list = Object.freeze([3, 1, 2]);
    const names = { list, o: Object.freeze({ b: 1, a: Object.freeze({}) }) };
    for (const source of [
      'sort(list)',
      'reverse(list)',
      'list + [4]',
      'unique(list)',
      'merge(o, {a: 2})',
      'flat([list])',
    ]) {
      evaluate(parseExpression(source), { names, now: 0 });
    }
    expect(names).toEqual({ list: [3, 1, 2], o: { b: 1, a: {} } });
  });
});
