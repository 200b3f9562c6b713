import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';

const guide = ['workflows', 'where-steps-run', 'schedules']
  .map((page) => readFileSync(new URL(`../../../docs/guide/${page}.md`, import.meta.url), 'utf8'))
  .join('\n');
const blocks = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

describe('the guide', () => {
  it('has examples', () => expect(blocks.length).toBeGreaterThanOrEqual(6));

  it.each(blocks)('shows files that load: %j', (text) => {
    const { definitions, diagnostics } = loadDefinitions([{ path: 'guide.yaml', text }]);
    expect(diagnostics).toEqual([]);
    expect(definitions).not.toBeNull();
  });
});
