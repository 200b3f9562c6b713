import type { Fault, Json, Place, RunStatus, StepStatus } from '@millrace/core';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { formatDuration } from '../values/duration.ts';
import { type Difference, findDifferences } from './differences.ts';
import type { ExpectedError, WorkflowTest } from './workflow-test.ts';

/** How a step, or an item of it, stood at the end. `began` and `ended` count the events of the run in their order. */
export type ObservedStep = Readonly<{
  status: StepStatus;
  reason: string | null;
  /** What its last execution was called with; undefined: it was not executed. */
  input: Json | undefined;
  output: Json;
  error: Fault | null;
  attempts: number;
  began: number | null;
  ended: number | null;
}>;

/** What a rehearsal came to. */
export type ObservedRun = Readonly<{
  /** `refused`: it could not be started. */
  outcome:
    | Readonly<{ kind: 'run'; status: RunStatus; output: Json; error: Fault | null }>
    | Readonly<{ kind: 'refused'; code: string; message: string }>;
  /** By path: `build`, `build[3]`, `call.build`. */
  steps: ReadonlyMap<string, ObservedStep>;
  /** Hooks that were called. `input` undefined: it could not be called. */
  hooks: readonly Readonly<{ call: string; input: Json | undefined; status: RunStatus | null; error: Fault | null }>[];
  elapsedMs: number;
  /** Steps that were executed without a mock. */
  unmocked: readonly string[];
  /** Why it did not come to its end: nothing was left to happen, or it took too much. */
  stuck: string | null;
}>;

/** One expectation that was not met. */
export type Mismatch = Readonly<{
  /** Where the expectation stands. */
  at: Place;
  /** A sentence: what is not as expected. */
  message: string;
  differences: readonly Difference[];
}>;

/** Compares what a rehearsal came to with what its test expects. Empty: the test has passed. */
export function judgeTest(test: WorkflowTest, observed: ObservedRun): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const miss = (path: readonly (string | number)[], message: string, differences: readonly Difference[] = []) =>
    found.push({ at: test.placeOf(path), message, differences });
  for (const path of observed.unmocked) {
    miss(
      test.mocks.size > 0 ? ['mocks'] : [],
      `Step \`${path}\` was executed and has no mock. Tests execute nothing for real: add \`${path}: { output: … }\` to \`mocks\`.`,
    );
  }
  // What came of a run with such a step says nothing about the workflow.
  if (found.length > 0 || !judgeStart(test, observed, miss)) return found;
  judgeRun(test, observed, miss);
  for (const path of test.expect.steps.keys()) judgeStep(test, path, observed, miss);
  judgeHooks(test, observed, miss);
  judgeOrder(test, observed, miss);
  return found;
}

type Miss = (path: readonly (string | number)[], message: string, differences?: readonly Difference[]) => void;

/** False: there is nothing more to compare. */
function judgeStart({ expect }: WorkflowTest, { outcome }: ObservedRun, miss: Miss): boolean {
  if (expect.refused === undefined) {
    if (outcome.kind === 'refused')
      miss(['expect'], `The run could not be started: ${outcome.message} [${outcome.code}]`);
    return outcome.kind !== 'refused';
  }
  if (outcome.kind === 'run') miss(['expect', 'refused'], 'The run was started; it was expected to be refused.');
  else if (outcome.code !== expect.refused) {
    miss(['expect', 'refused'], `The start was refused for another reason: ${outcome.message}`, [
      { path: '', expected: expect.refused, actual: outcome.code },
    ]);
  }
  return false;
}

function judgeRun({ expect }: WorkflowTest, { outcome, elapsedMs, stuck }: ObservedRun, miss: Miss): void {
  if (outcome.kind === 'refused') return;
  const status = expect.status ?? (expect.error === undefined ? 'succeeded' : null);
  if (status !== null && outcome.status !== status) {
    const why = stuck ?? (outcome.error === null ? null : describeFault(outcome.error));
    miss(
      ['expect', ...(expect.status === undefined ? [] : ['status'])],
      `The run is ${outcome.status}; ${status} is expected.${why === null ? '' : ` ${why}`}`,
    );
  }
  if (expect.output !== undefined) {
    const differences = findDifferences(expect.output, outcome.output);
    if (differences.length > 0) miss(['expect', 'output'], 'The output of the run differs.', differences);
  }
  if (expect.error !== undefined)
    judgeError('The error of the run', ['expect', 'error'], expect.error, outcome.error, miss);
  if (expect.takesMs !== undefined && expect.takesMs !== elapsedMs) {
    miss(['expect', 'takes'], 'The run takes another time.', [
      { path: '', expected: formatDuration(expect.takesMs), actual: formatDuration(elapsedMs) },
    ]);
  }
}

function judgeStep({ expect }: WorkflowTest, path: string, { steps }: ObservedRun, miss: Miss): void {
  const expected = expect.steps.get(path);
  const actual = steps.get(path);
  if (expected === undefined) return;
  const at = ['expect', 'steps', path];
  if (actual === undefined) {
    const hint = didYouMean(path, steps.keys());
    miss(at, `\`${path}\` never came up in the run.${hint === null ? '' : ` ${hint}`}`);
    return;
  }
  if (expected.status !== undefined && expected.status !== actual.status) {
    const why = actual.error === null ? (actual.reason ?? '') : describeFault(actual.error);
    miss(
      [...at, 'status'],
      `\`${path}\` is ${actual.status}; ${expected.status} is expected.${why === '' ? '' : ` ${why}`}`,
    );
  }
  for (const key of ['reason', 'attempts', 'input', 'output'] as const) {
    if (expected[key] === undefined) continue;
    const differences = findDifferences(expected[key], actual[key]);
    if (differences.length > 0)
      miss([...at, key], `The ${key} of \`${path}\` differ${key === 'attempts' ? '' : 's'}.`, differences);
  }
  if (expected.error !== undefined)
    judgeError(`The error of \`${path}\``, [...at, 'error'], expected.error, actual.error, miss);
}

function judgeError(
  what: string,
  at: readonly (string | number)[],
  expected: ExpectedError,
  actual: Fault | null,
  miss: Miss,
): void {
  const differences: Difference[] = [];
  for (const key of ['code', 'step'] as const) {
    if (expected[key] === undefined || expected[key] === actual?.[key]) continue;
    differences.push({ path: `.${key}`, expected: expected[key], actual: actual?.[key] });
  }
  if (expected.message !== undefined && actual?.message.includes(expected.message) !== true) {
    differences.push({ path: '.message', expected: expected.message, actual: actual?.message });
  }
  if (differences.length > 0) miss(at, `${what} differs.${actual === null ? ' There is none.' : ''}`, differences);
}

function judgeHooks({ expect: { hooks } }: WorkflowTest, observed: ObservedRun, miss: Miss): void {
  if (hooks === undefined) return;
  const differences = findDifferences(
    hooks.map(({ call }) => call),
    observed.hooks.map(({ call }) => call),
  );
  if (differences.length > 0) {
    miss(['expect', 'hooks'], 'Other hooks were called.', differences);
    return;
  }
  for (const [index, { call, status, input, error }] of hooks.entries()) {
    const actual = observed.hooks[index];
    if (actual === undefined) continue;
    const at = ['expect', 'hooks', index];
    if (status !== undefined && status !== actual.status) {
      const why = actual.error === null ? '' : ` ${describeFault(actual.error)}`;
      miss(at, `The run of \`${call}\` is ${actual.status ?? 'not there'}; ${status} is expected.${why}`);
    }
    const wrong = input === undefined ? [] : findDifferences(input, actual.input);
    if (wrong.length > 0) miss(at, `The input of \`${call}\` differs.`, wrong);
    if (error !== undefined) judgeError(`The error of \`${call}\``, at, error, actual.error, miss);
  }
}

function judgeOrder({ expect: { order } }: WorkflowTest, { steps }: ObservedRun, miss: Miss): void {
  for (const [index, group] of order.entries()) {
    for (const path of group) {
      const step = steps.get(path);
      if (step?.began == null) {
        const how =
          step === undefined ? 'never came up' : `is ${step.status}${step.reason === null ? '' : ` (${step.reason})`}`;
        miss(['expect', 'order', index], `\`${path}\` did not run: it ${how}.`);
        continue;
      }
      for (const before of order[index - 1] ?? []) {
        const ended = steps.get(before)?.ended ?? null;
        if (steps.get(before)?.began == null || (ended !== null && ended < step.began)) continue;
        miss(['expect', 'order', index], `\`${path}\` began before \`${before}\` had ended.`);
      }
    }
  }
}

const describeFault = ({ code, message }: Fault): string => `${message} [${code}]`;
