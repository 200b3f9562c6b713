// Every example of the guide on tests is run as it stands.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, run, type Scratch } from './command-line.ts';

const guide = readFileSync(new URL('../../../docs/guide/testing.md', import.meta.url), 'utf8');
const blocks = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
const isTests = (block: string): boolean => /^tests:/m.test(block);
/** Each block of tests with the block of workflows before it. */
const pairs = blocks.flatMap((block, index) =>
  isTests(block) ? [{ tests: block, workflows: blocks[index - 1] ?? '' }] : [],
);

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.remove());

describe('the guide on tests', () => {
  it('has workflows with tests, and nothing else', () => {
    expect(pairs.length).toBe(3);
    expect(blocks.length).toBe(2 * pairs.length);
  });

  it.each(pairs)('shows tests that pass', async ({ workflows, tests }) => {
    scratch.write('.workflows/a.yaml', workflows);
    scratch.write('.workflows/a.test.yaml', tests);
    const { exit, stdout, stderr } = await run(['test', scratch.path]);
    expect(exit, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/\n\d+ passed/);
  });
});
