// Every example of the guide on tests is run as it stands.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, run, type Scratch } from './command-line.ts';
import { docBlocks, isTests, withWorkflows } from './doc-blocks.ts';

const blocks = docBlocks('guide/testing.md').filter(({ language }) => language === 'yaml');
const pairs = withWorkflows(blocks, isTests);

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.remove());

describe('the guide on tests', () => {
  it('has workflows with tests, and nothing else', () => {
    expect(pairs.length).toBe(5);
    expect(blocks.length).toBe(2 * pairs.length);
  });

  it.each(pairs)('shows tests that pass', async ({ workflows, told }) => {
    scratch.write('.workflows/a.yaml', workflows);
    scratch.write('.workflows/a.test.yaml', told);
    const { exit, stdout, stderr } = await run(['test', scratch.path]);
    expect(exit, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/\n\d+ passed/);
  });
});
