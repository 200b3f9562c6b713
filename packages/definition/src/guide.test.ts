import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';

/** The pages whose YAML is files of definitions, and how many blocks each has at least. */
const pages = {
  workflows: 6,
  approvals: 1,
  events: 1,
  limits: 1,
  'where-steps-run': 1,
  schedules: 1,
  webhooks: 1,
  secrets: 1,
};

describe.each(Object.entries(pages))('the guide %s', (page, least) => {
  const guide = readFileSync(new URL(`../../../docs/guide/${page}.md`, import.meta.url), 'utf8');
  const blocks = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

  it('has examples', () => expect(blocks.length).toBeGreaterThanOrEqual(least));

  it.each(blocks)('shows files that load: %j', (text) => {
    const { definitions, diagnostics } = loadDefinitions([{ path: 'guide.yaml', text }]);
    expect(diagnostics).toEqual([]);
    expect(definitions).not.toBeNull();
  });
});
