import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate, functionNames, type Json, parseExpression, parseTemplate, render } from './index.ts';

const guide = readFileSync(new URL('../../../docs/guide/expressions.md', import.meta.url), 'utf8');
const now = Date.UTC(2026, 0, 31, 9, 30);

function blocks(language: string): readonly string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1] ?? '',
  );
}

const names = JSON.parse(blocks('json names').join('')) as Record<string, Json>;

type Example = Readonly<{ source: string; result: string }>;

function examples(language: string): readonly Example[] {
  return blocks(language)
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const arrow = line.lastIndexOf(' → ');
      expect(arrow, line).toBeGreaterThan(0);
      return { source: line.slice(0, arrow).trim(), result: line.slice(arrow + 3).trim() };
    });
}

function outcome(run: () => Json): unknown {
  try {
    return run();
  } catch (error) {
    return { error: (error as { code?: string }).code };
  }
}

function expected(result: string): unknown {
  return result.startsWith('error ') ? { error: result.slice(6) } : JSON.parse(result);
}

describe('the guide', () => {
  test.each(examples('expressions'))('$source → $result', ({ source, result }) => {
    expect(outcome(() => evaluate(parseExpression(source), { names, now }))).toEqual(expected(result));
  });

  test.each(examples('templates'))('$source → $result', ({ source, result }) => {
    expect(outcome(() => render(parseTemplate(source), { names, now }))).toEqual(expected(result));
  });

  test.each(functionNames.filter((name) => name !== 'uuid'))('has an example of %s', (name) => {
    const used = examples('expressions').some(({ source }) => new RegExp(`\\b${name}\\(|\\| ${name}\\b`).test(source));
    expect(used).toBe(true);
  });
});
