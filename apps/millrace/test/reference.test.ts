// Every workflow of the reference that is followed by its outcome is run: with real steps where the outcome is a document
// of `millrace run --json`, with mocks where it is a file of tests. What stands in tables is tested by packages/definition.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWorkspace } from '../src/offline/check-workspace.ts';
import { runDocument } from '../src/offline/run-document.ts';
import { runOffline } from '../src/offline/run-offline.ts';
import { runTests } from '../src/testing/run-tests.ts';
import { makeScratch, type Scratch } from './command-line.ts';
import { type DocBlock, docBlocks, isTests, withWorkflows } from './doc-blocks.ts';

const blocks = docBlocks('reference/workflow-language.md');
const isOutcome = ({ language }: DocBlock): boolean => language === 'json';
const outcomes = withWorkflows(blocks, isOutcome);
const tested = withWorkflows(blocks, isTests);

/** Nobody is there to be asked. */
const alone = { approving: { all: false, steps: new Set<string>() }, ask: null };

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.remove());

const namesIn = (workflows: string): string =>
  [...workflows.matchAll(/^ {2}(\w+):/gmu)].map(([, name]) => name).join(' ');

describe('the reference of the workflow language', () => {
  it('says of each workflow what comes of it', () => {
    const told = blocks.filter((block) => isOutcome(block) || isTests(block));
    expect(told.length).toBeGreaterThan(12);
    expect(blocks.filter(({ language }) => language === 'yaml' || language === 'json').length).toBe(2 * told.length);
  });

  it.each(outcomes.map((pair) => ({ ...pair, names: namesIn(pair.workflows) })))(
    'runs to the outcome that it shows: $names',
    async ({ workflows, told }) => {
      scratch.write('.workflows/a.yaml', workflows);
      const { location, definitions, diagnostics, hash, packFiles } = await checkWorkspace(scratch.path);
      expect(diagnostics).toEqual([]);
      const workflow = Object.keys(definitions?.workflows ?? {})[0];
      if (location === null || definitions === null || workflow === undefined) throw new Error('Nothing was loaded.');
      const loaded = { location, definitions, hash, packFiles };
      const request = { ...loaded, workflow, input: {}, secrets: [], events: [], answering: alone };
      const detail = await runOffline(request);
      expect(runDocument(detail)).toMatchObject(JSON.parse(told));
    },
  );

  it.each(tested.map((pair) => ({ ...pair, names: namesIn(pair.workflows) })))(
    'shows tests that pass: $names',
    async ({ workflows, told }) => {
      scratch.write('.workflows/a.yaml', workflows);
      scratch.write('.workflows/a.test.yaml', told);
      const report = await runTests(scratch.path, { filter: null, onOutcome: () => undefined });
      if (report.kind !== 'ran') throw new Error(JSON.stringify(report.diagnostics, null, 2));
      expect(report.outcomes.length).toBeGreaterThan(0);
      for (const { test, mismatches } of report.outcomes) expect(mismatches, test.name).toEqual([]);
    },
  );
});
