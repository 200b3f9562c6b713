import type { Definitions, Place } from '@millrace/core';
import { createDiagnosticList, type Diagnostic, type Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { readNode } from '../grammar/read-node.ts';
import type { SourceFile } from '../load-definitions.ts';
import { describeValue } from '../values/describe-value.ts';
import { parseDuration } from '../values/duration.ts';
import { entryOf } from '../values/record.ts';
import { createOrigin, placeAt } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import {
  type MapNode,
  mapAt,
  nodeAt,
  placeAtPath,
  placeOf,
  placeOfKey,
  type SourceNode,
  toJson,
} from '../yaml/source-node.ts';
import { checkTest } from './check-test.ts';
import {
  testFileShape,
  testShape,
  type WrittenAnswer,
  type WrittenError,
  type WrittenMock,
  type WrittenTest,
} from './grammar.ts';
import type {
  Expectation,
  ExpectedError,
  ExpectedHook,
  ExpectedStep,
  MockedResult,
  Mocks,
  WorkflowTest,
} from './workflow-test.ts';

export type LoadedTests = Readonly<{
  /** In the order of the files; those with an error are left out. */
  tests: readonly WorkflowTest[];
  /** Sorted by file, line and column. */
  diagnostics: readonly Diagnostic[];
}>;

const defaultStart = Date.parse('2026-01-01T00:00:00Z');

/**
 * Reads the test files of a workspace and checks them against its definitions. Pure: it never throws for anything that a
 * file holds; every problem of every file is reported.
 */
export function loadWorkflowTests(files: readonly SourceFile[], definitions: Definitions): LoadedTests {
  const list = createDiagnosticList();
  const tests = files.flatMap(({ path, text }) => {
    const { root, broken } = parseFile(createOrigin(path, text), list.report);
    if (root !== null) return readFile(root, definitions, list.report);
    if (!broken) reportEmpty({ file: path, line: 1, column: 1 }, list.report);
    return [];
  });
  return { tests, diagnostics: list.sorted() };
}

function readFile(root: SourceNode, definitions: Definitions, report: Report): readonly WorkflowTest[] {
  if (root.kind !== 'map') {
    const message = `A test file is a map with the key \`tests\`; this one is ${describeValue(toJson(root))}.`;
    report({ code: 'not_a_map', message, hint: 'Begin with `workflow: NAME` and `tests:`.', at: placeOf(root) });
    return [];
  }
  const named = mapAt(root, 'tests');
  // The tests are read one by one, so that each problem names its test.
  const frame: MapNode = { ...root, entries: new Map([...root.entries].filter(([key]) => key !== 'tests')) };
  const subject = { name: 'The test file', at: placeOf(root), noun: 'file' } as const;
  const head = readNode(testFileShape.omit({ tests: true }), frame, subject, report);
  if (named === undefined || named.entries.size === 0) {
    reportEmpty(root.entries.has('tests') ? placeOfKey(root, 'tests') : placeOf(root), report);
    return [];
  }
  if (head === null) return [];
  const shared = mocksOf(head.mocks);
  return [...named.entries.values()].flatMap(({ key, keyStart, value }) => {
    const at = placeAt(named.origin, keyStart);
    const written = readNode(testShape, value, { name: `Test \`${key}\``, at, noun: 'file' }, report);
    if (written === null) return [];
    const workflow = written.workflow ?? head.workflow ?? null;
    if (workflow === null) {
      const message = `Test \`${key}\` names no workflow.`;
      report({ code: 'missing_key', message, hint: 'Add `workflow: NAME` to it, or to the whole file.', at });
      return [];
    }
    const test = testOf(key, at, workflow, written, shared, value);
    if (entryOf(definitions.workflows, workflow) === undefined) {
      const message = `There is no workflow \`${workflow}\`.`;
      const hint = didYouMean(workflow, Object.keys(definitions.workflows), 'Workflows');
      const own = written.workflow !== undefined;
      report({
        code: 'unknown_workflow',
        message,
        hint,
        at: own ? test.placeOf(['workflow']) : placeOfKey(root, 'workflow'),
      });
      return [];
    }
    const sharedAt = (path: string): Place => placeOfKey(mapAt(root, 'mocks') ?? root, path);
    return checkTest(test, { own: Object.keys(written.mocks ?? {}), sharedAt }, definitions, report) ? [test] : [];
  });
}

function reportEmpty(at: Place, report: Report): void {
  const message = 'This file has no tests.';
  report({ code: 'missing_key', message, hint: 'Write `tests:` and below it one name each.', at });
}

function testOf(
  name: string,
  at: Place,
  workflow: string,
  written: WrittenTest,
  shared: Mocks,
  node: SourceNode,
): WorkflowTest {
  const { cancel } = written;
  return {
    name,
    description: written.description ?? null,
    at,
    workflow,
    input: written.input ?? {},
    startsAt: written.now === undefined ? defaultStart : Date.parse(written.now),
    mocks: new Map([...shared, ...mocksOf(written.mocks)]),
    events: (written.events ?? []).map(({ type, payload = {}, after }) => ({
      afterMs: after === undefined ? 0 : milliseconds(after),
      type,
      payload,
    })),
    cancel:
      cancel === undefined
        ? null
        : { afterMs: milliseconds(cancel.after), reason: cancel.reason ?? null, force: cancel.force ?? false },
    expect: expectationOf(written.expect),
    placeOf: (path) => keyPlace(node, path),
  };
}

/** The place of a key, or of an item of a list; of what is nearest where there is none. */
function keyPlace(node: SourceNode, path: readonly (string | number)[]): Place {
  for (let length = path.length; length > 0; length--) {
    const owner = nodeAt(node, path.slice(0, length - 1));
    const key = String(path[length - 1]);
    if (owner?.kind === 'map' && owner.entries.has(key)) return placeOfKey(owner, key);
    if (owner?.kind === 'list') return placeAtPath(node, path.slice(0, length));
  }
  return placeOf(node);
}

const milliseconds = (written: string): number => parseDuration(written) ?? 0;

function mocksOf(written: Readonly<Record<string, WrittenMock>> | undefined): Mocks {
  return new Map(
    Object.entries(written ?? {}).map(([path, mock]) => [path, (Array.isArray(mock) ? mock : [mock]).map(resultOf)]),
  );
}

type WrittenResult = Exclude<WrittenMock, readonly unknown[]>;

function resultOf({ output, error, lost, approve, reject, unanswered, duration }: WrittenResult): MockedResult {
  const durationMs = duration === undefined ? 0 : milliseconds(duration);
  if (approve !== undefined) return { durationMs, ...answerOf('approve', approve) };
  if (reject !== undefined) return { durationMs, ...answerOf('reject', reject) };
  if (unanswered === true) return { durationMs, kind: 'unanswered' };
  if (lost === true) return { durationMs, kind: 'lost' };
  if (error === undefined) return { durationMs, kind: 'output', output: output ?? null };
  const fault = typeof error === 'string' ? { code: error } : error;
  return { durationMs, kind: 'error', error: { message: `The mock failed with ${fault.code}.`, ...fault } };
}

function answerOf(decision: 'approve' | 'reject', written: WrittenAnswer) {
  const { by, values = {}, comment = null } = written === true ? {} : written;
  const names = by === undefined ? null : Array.isArray(by) ? (by as readonly string[]) : [by as string];
  return { kind: 'answer', decision, by: names, values, comment } as const;
}

function expectationOf({ steps, order, hooks, takes, error, ...rest }: WrittenTest['expect']): Expectation {
  return {
    ...rest,
    ...(error === undefined ? {} : { error: errorOf(error) }),
    ...(takes === undefined ? {} : { takesMs: milliseconds(takes) }),
    steps: new Map(Object.entries(steps ?? {}).map(([path, step]) => [path, stepOf(step)])),
    ...(hooks === undefined ? {} : { hooks: hooks.map(hookOf) }),
    order: (order ?? []).map((entry) => (typeof entry === 'string' ? [entry] : entry)),
  };
}

function hookOf(written: NonNullable<WrittenTest['expect']['hooks']>[number]): ExpectedHook {
  if (typeof written === 'string') return { call: written };
  const { error, ...rest } = written;
  return error === undefined ? rest : { ...rest, error: errorOf(error) };
}

function stepOf(written: NonNullable<WrittenTest['expect']['steps']>[string]): ExpectedStep {
  if (typeof written === 'string') return { status: written };
  const { error, ...rest } = written;
  return error === undefined ? rest : { ...rest, error: errorOf(error) };
}

const errorOf = (written: WrittenError): ExpectedError => (typeof written === 'string' ? { code: written } : written);
