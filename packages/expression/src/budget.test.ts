import { describe, expect, test } from 'vitest';
import { type Budget, defaultBudget, evaluate, parseExpression, parseTemplate, render } from './index.ts';

function within(source: string, budget: Partial<Budget>): unknown {
  const scope = {
    names: { big: 'a'.repeat(5_000), list: Array.from({ length: 500 }, (_, index) => index) },
    now: 0,
    budget,
  };
  try {
    return source.includes('{') ? render(parseTemplate(source), scope) : evaluate(parseExpression(source), scope);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${/budget `(\w+)`/.exec(message)?.[1]}`;
  }
}

describe('a budget that runs out is an error that names it', () => {
  test.each<readonly [string, Partial<Budget>, string]>([
    ['1 + 1 + 1', { steps: 3 }, 'steps'],
    ['list | map(it + 1)', { steps: 1_000 }, 'steps'],
    ['list | sort', { steps: 500 }, 'steps'],
    ['list == list + []', { steps: 300 }, 'steps'],
    ['499 in list', { steps: 300 }, 'steps'],
    ['big matches "b$"', { steps: 50 }, 'steps'],
    ['[[[[1]]]]', { depth: 3 }, 'depth'],
    ['1 + (1 + (1 + 1))', { depth: 3 }, 'depth'],
    ['from_json("[[[[]]]]")', { depth: 3 }, 'depth'],
    ['big + big', { outputSize: 9_999 }, 'outputSize'],
    ['upper(big)', { outputSize: 4_999 }, 'outputSize'],
    ['list | join(", ")', { outputSize: 1_000 }, 'outputSize'],
    ['list | map([it])', { outputSize: 700 }, 'outputSize'],
    ['[list, list, list]', { outputSize: 1_200 }, 'outputSize'],
    ['json(list)', { outputSize: 400 }, 'outputSize'],
    ['base64(big)', { outputSize: 6_000 }, 'outputSize'],
    ['regex_replace(big, "a", "bb")', { outputSize: 6_000 }, 'outputSize'],
    ['range(11)', { range: 10 }, 'range'],
    ['{{ big }}{{ big }}', { outputSize: 9_999 }, 'outputSize'],
    ['{% for x in list %}0123456789{% endfor %}', { outputSize: 4_000 }, 'outputSize'],
    ['{% for x in list %}{% endfor %}', { steps: 100 }, 'steps'],
  ])('%s within %j', (source, budget, name) => {
    expect(within(source, budget)).toBe(`budget_exceeded: ${name}`);
  });

  test('a value of the host passes through whatever its size', () => {
    expect(within('big', { outputSize: 10 })).toHaveLength(5_000);
    expect(within('list', { outputSize: 10 })).toHaveLength(500);
  });

  test('the default budget is ample for ten thousand items', () => {
    const source = 'range(10000) | map({n: it, even: it % 2 == 0}) | filter(it.even) | map("n") | sum';
    expect(evaluate(parseExpression(source), { names: {}, now: 0, budget: defaultBudget })).toBe(24_995_000);
  });

  test('white space of a text of thirty thousand characters can be replaced', () => {
    const text = 'line 12 ok\n'.repeat(3_000);
    const replaced = evaluate(parseExpression("regex_replace(text, '\\s+', ' ') | length"), {
      names: { text },
      now: 0,
    });
    expect(replaced).toBe(33_000);
  });
});
