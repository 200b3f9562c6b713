import { join } from 'node:path';
import { judgeTest, loadWorkflowTests, type Mismatch, type WorkflowTest } from '@millrace/definition';
import { createRehearsals, type StoredDiagnostic } from '@millrace/engine';
import { loadTests } from '@millrace/sources';
import { type CheckedWorkspace, checkWorkspace } from '../offline/check-workspace.ts';

export type TestOutcome = Readonly<{ test: WorkflowTest; mismatches: readonly Mismatch[]; milliseconds: number }>;

/** `invalid`: files of workflows or tests are wrong, or there are no tests; nothing was run. */
export type TestReport =
  | Readonly<{
      kind: 'ran';
      outcomes: readonly TestOutcome[];
      milliseconds: number;
      shownPath: (file: string) => string;
    }>
  | (Readonly<{ kind: 'invalid' }> & Pick<CheckedWorkspace, 'diagnostics' | 'sources' | 'shownPath'>);

type TestOptions = Readonly<{
  /** Only tests whose name, or that of their workflow, contains it; upper and lower case are the same. */
  filter: string | null;
  onOutcome: (outcome: TestOutcome, shownPath: (file: string) => string) => void;
}>;

/** Finds the tests that a path means and rehearses each, one after the other, in the order of the files. */
export async function runTests(path: string, { filter, onOutcome }: TestOptions): Promise<TestReport> {
  const began = performance.now();
  const found = await loadTests(path);
  if (!('files' in found)) return invalid([found], [], (file) => file);
  const { root, onlyFile } = found.location;
  const checked = await checkWorkspace(onlyFile ?? root);
  const { definitions, shownPath } = checked;
  const sources = [...checked.sources, ...found.files];
  // A workflow that cannot be executed yet is no reason not to test the others; a test of it says so.
  if (definitions === null) return invalid(checked.diagnostics, sources, shownPath);
  if (found.files.length === 0) return invalid([nothingFound(path, onlyFile)], sources, shownPath);
  const { tests, diagnostics } = loadWorkflowTests(found.files, definitions);
  if (diagnostics.some(({ severity }) => severity === 'error')) return invalid(diagnostics, sources, shownPath);
  const chosen = tests.filter((test) => matches(test, filter));
  if (chosen.length === 0) return invalid([nothingMatches(found.files[0]?.path ?? path, filter)], sources, shownPath);
  const rehearsals = createRehearsals(definitions);
  const outcomes: TestOutcome[] = [];
  for (const test of chosen) {
    const start = performance.now();
    const rehearsed = await rehearsals.rehearse(test);
    const outcome = { test, mismatches: judgeTest(test, rehearsed), milliseconds: performance.now() - start };
    outcomes.push(outcome);
    onOutcome(outcome, shownPath);
  }
  return { kind: 'ran', outcomes, milliseconds: performance.now() - began, shownPath };
}

function matches({ name, workflow }: WorkflowTest, filter: string | null): boolean {
  return filter === null || `${workflow} ${name}`.toLowerCase().includes(filter.toLowerCase());
}

function invalid(
  diagnostics: readonly StoredDiagnostic[],
  sources: CheckedWorkspace['sources'],
  shownPath: (file: string) => string,
): TestReport {
  return { kind: 'invalid', diagnostics, sources, shownPath };
}

const problem = (code: string, file: string, message: string, hint: string): StoredDiagnostic => ({
  severity: 'error',
  code,
  message,
  hint,
  file,
  line: 1,
  column: 1,
});

function nothingFound(path: string, onlyFile: string | null): StoredDiagnostic {
  const where =
    onlyFile === null ? join('.workflows', '*.test.yaml') : 'a file of the same name that ends in .test.yaml';
  const hint = 'Write one (docs/guide/testing.md), or make one of a run: millrace run export RUN --as-test.';
  return problem('no_tests', '.', `${path} has no tests: ${where} is looked for.`, hint);
}

function nothingMatches(file: string, filter: string | null): StoredDiagnostic {
  const hint = 'The filter is a part of the name of a test or of its workflow.';
  return problem('no_tests', file, `No test matches ${JSON.stringify(filter ?? '')}.`, hint);
}
