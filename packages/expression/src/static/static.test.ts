import { describe, expect, test } from 'vitest';
import { callsOf, parseExpression, parseTemplate, readsOf } from '../index.ts';

/** Paths joined by dots, with `?` before guarded ones. */
function reads(source: string): readonly string[] {
  const parsed = source.includes('{{') || source.includes('{%') ? parseTemplate(source) : parseExpression(source);
  return readsOf(parsed).map(({ path, guarded }) => (guarded ? '?' : '') + path.join('.'));
}

describe('the names that a text reads', () => {
  test.each<readonly [string, readonly string[]]>([
    ['1 + 2', []],
    ['a', ['a']],
    ['steps.build.output.tag', ['steps.build.output.tag']],
    ['steps["say hello"].items[0]', ['steps.say hello.items.0']],
    ['list[-1].x', ['list.-1.x']],
    ['items[input.n].x', ['items', 'input.n']],
    ['a.b[1:c.d]', ['a.b', 'c.d']],
    ['a + b * -c', ['a', 'b', 'c']],
    ['[a, {k: b}]', ['a', 'b']],
    ['a if b else c', ['a', 'b', 'c']],
    ['a | map(it.x + b)', ['a', 'b']],
    ['map(a, map(it, it.y))', ['a']],
    ['it', ['it']],
    ['sort(a, it.x) + upper(it)', ['a', 'it']],
    ['a.b | default(c.d)', ['?a.b', 'c.d']],
    ['default(a[b].c, 1)', ['?a', 'b']],
    ['upper(a.b) | default(1)', ['a.b']],
    ['default(a.x if b else c.y, 1)', ['?a.x', 'b', '?c.y']],
    ['coalesce(a.b, c, 1)', ['?a.b', '?c']],
    ['a.b?.c.d', ['?a.b.c.d']],
    ['a?.[b].c', ['?a', 'b']],
    ['a.b is defined', ['?a.b']],
    ['a.b if a.b is defined else c', ['?a.b', '?a.b', 'c']],
    ['a.b if a.c is defined else 1', ['a.b', '?a.c']],
    ['a.b.c if a.b is defined else 1', ['a.b.c', '?a.b']],
    ['a.b is defined and a.b > 1', ['?a.b', '?a.b']],
    ['a.b is not defined or a.b > 1', ['?a.b', '?a.b']],
    ['a.b is defined or a.b > 1', ['?a.b', 'a.b']],
    ['1 if not (a is defined) else a', ['?a', '?a']],
    ['failed("x") and a', ['a']],
    ['x {{ a }} {{ b.c }}', ['a', 'b.c']],
    ['{% if a %}{{ b }}{% else %}{{ c }}{% endif %}', ['a', 'b', 'c']],
    ['{% if a.b is defined %}{{ a.b }}{% else %}{{ a.b }}{% endif %}', ['?a.b', '?a.b', 'a.b']],
    ['{% for x in xs %}{{ x.y }}{{ z }}{{ loop.index }}{% endfor %}{{ x }}', ['xs', 'z', 'x']],
    ['{% for k, v in xs %}{{ k }}{{ v }}{% else %}{{ v }}{% endfor %}', ['xs', 'v']],
  ])('%s', (source, expected) => expect(reads(source)).toEqual(expected));

  test('each read knows its place', () => {
    const source = 'x: {{ steps.build.output["tag"] | upper }}';
    const [read] = readsOf(parseTemplate(source));
    expect(source.slice(read?.span.start, read?.span.end)).toBe('steps.build.output["tag"]');
  });
});

describe('the calls in a text', () => {
  test.each<readonly [string, readonly string[]]>([
    ['a + 1', []],
    ['failed("x") and not skipped()', ['failed("x")', 'skipped()']],
    ['a | upper | pad(3)', ['a | upper', 'a | upper | pad(3)']],
    ['nope(f(1))', ['f(1)', 'nope(f(1))']],
    ['x[f()].y[g():h()] if [i()] else {k: j()}', ['f()', 'g()', 'h()', 'i()', 'j()']],
    ['{% if a() %}{{ b() }}{% else %}{% for x in c() %}{{ d() }}{% endfor %}{% endif %}', ['a()', 'b()', 'c()', 'd()']],
  ])('%s', (source, expected) => {
    const calls = callsOf(source.includes('{%') ? parseTemplate(source) : parseExpression(source));
    expect(calls.map(({ span }) => source.slice(span.start, span.end))).toEqual(expected);
  });

  test('give names and arguments, the piped value first', () => {
    const [call] = callsOf(parseExpression('a | join(", ")'));
    expect(call).toMatchObject({
      name: 'join',
      args: [
        { kind: 'name', name: 'a' },
        { kind: 'literal', value: ', ' },
      ],
    });
  });
});
