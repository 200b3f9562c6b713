import type { Fault, Json, JsonObject, RunEndStatus, StepStatus } from '@millrace/core';
import { stringify } from 'yaml';
import { formatDuration } from '../values/duration.ts';

/** An ended run, as far as it is told: of each step how it ended, of its attempts and iterations only the last. */
export type RecordedRun = Readonly<{
  id: string;
  workflow: string;
  status: RunEndStatus;
  input: JsonObject;
  output: Json;
  error: Fault | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  /** In the order of the plan. */
  steps: readonly RecordedStep[];
}>;

export type RecordedStep = Readonly<{
  name: string;
  actionType: string;
  forEach: boolean;
  /** Entered by transitions, so it may have run several times. */
  repeatable: boolean;
  status: StepStatus;
  reason: string | null;
  /** Of a for-each: the list of its items' outputs. */
  output: Json;
  error: Fault | null;
  /** Of a for-each: of all items together. */
  attempts: number;
  failedItems: number;
  startedAt: number | null;
  endedAt: number | null;
}>;

type Written = Record<string, Json>;

/** Longer than anything lasts: a step that was stopped would have gone on. */
const endless = '366d';

/**
 * Makes a test of a run: the same input, each step's result as its mock, and how it ended as the expectation. What the
 * record does not tell stands as a remark above, so that whoever keeps the test can mend it.
 */
export function writeWorkflowTest(run: RecordedRun): string {
  const remarks: string[] = [];
  const exactTimes = run.status === 'cancelled' || run.status === 'timed_out';
  const mocks: Written = {};
  for (const step of run.steps) Object.assign(mocks, mocksOf(step, exactTimes, remarks));
  const events = run.steps.flatMap((step) => eventsOf(step, run));
  const cancel = run.status === 'cancelled' ? { cancel: { after: formatDuration(run.endedAt - run.startedAt) } } : {};
  if (run.status === 'cancelled')
    remarks.push('The run was cancelled; `cancel.after` is when it ended, a little later than it was asked to.');
  const test: Written = {
    ...(Object.keys(run.input).length === 0 ? {} : { input: run.input }),
    now: new Date(run.startedAt).toISOString(),
    mocks,
    ...(events.length === 0 ? {} : { events }),
    ...cancel,
    expect: expectationOf(run),
  };
  const head = [`Made of run ${run.id}.`, ...remarks].map((line) => `# ${line}\n`).join('');
  const file = { workflow: run.workflow, tests: { [`goes as in run ${run.id}`]: test } };
  return head + stringify(file, { version: '1.2', lineWidth: 0, aliasDuplicateObjects: false });
}

function mocksOf(step: RecordedStep, exactTimes: boolean, remarks: string[]): Written {
  const { name, attempts, status } = step;
  // What was never executed needs no mock; waits pass by themselves, and events are emitted for real.
  const byItself = step.actionType === 'wait' || step.actionType === 'emit';
  if ((attempts === 0 && !step.forEach) || status === 'skipped' || byItself) return {};
  if (step.actionType === 'approval' && !step.forEach && answerMock(step.output) === null) return {};
  if (step.repeatable)
    remarks.push(`\`${name}\` may have run several times; only the result of its last time is known.`);
  if (step.forEach) return itemMocks(step, remarks);
  const duration =
    exactTimes && step.startedAt !== null && step.endedAt !== null
      ? { duration: formatDuration(step.endedAt - step.startedAt) }
      : {};
  const asked = step.actionType === 'approval' ? answerMock(step.output) : null;
  // An approval that time decided once and people the next time: the time-outs pass by themselves.
  if (asked !== null && attempts > 1) {
    return {
      [name]: [...Array.from({ length: attempts - 1 }, () => ({ unanswered: true })), { ...asked, ...duration }],
    };
  }
  const last = { ...(asked ?? resultOf(step)), ...(status === 'succeeded' || status === 'failed' ? duration : {}) };
  if (attempts <= 1 || status !== 'succeeded') return { [name]: last };
  remarks.push(
    `\`${name}\` took ${attempts} attempts; only the last one is known, so the errors before it are made up.`,
  );
  const before = Array.from({ length: attempts - 1 }, () => ({ error: 'not_recorded' }));
  return { [name]: [...before, last] };
}

function resultOf({ status, output, error }: RecordedStep): Written {
  if (status === 'succeeded') return { output };
  return status === 'failed' ? { error: mockedError(error) } : { duration: endless };
}

/** Events that steps waited for, as they arrived. What the run emitted itself is emitted again. */
function eventsOf({ actionType, output }: RecordedStep, run: RecordedRun): readonly Json[] {
  if (actionType !== 'wait' || output === null) return [];
  const arrived = (Array.isArray(output) ? output : [output]) as readonly (Partial<ArrivedEvent> | null)[];
  return arrived.flatMap((event) => {
    const { type, payload, at, source } = event ?? {};
    if (type === undefined || payload === undefined || at === undefined || source?.run === run.id) return [];
    const after = formatDuration(Math.max(0, Date.parse(at) - run.startedAt));
    return [{ type, ...(Object.keys(payload).length === 0 ? {} : { payload }), after }];
  });
}

type ArrivedEvent = Readonly<{ type: string; payload: JsonObject; at: string; source: JsonObject }>;

/** What people said to an approval, from its output; null: time decided. */
function answerMock(output: Json): Written | null {
  const { approved, by, answers, values } = (output ?? {}) as Readonly<{
    approved?: boolean;
    by?: string | null;
    answers?: readonly Readonly<{ by: string; decision: string; comment: string | null }>[];
    values?: JsonObject;
  }>;
  if (typeof by !== 'string' || answers === undefined) return null;
  const comment = answers.find((one) => one.by === by)?.comment ?? null;
  const said = comment === null ? {} : { comment };
  if (approved !== true) return { reject: { by, ...said } };
  const filled = values === undefined || Object.keys(values).length === 0 ? {} : { values };
  return { approve: { by: answers.map((one) => one.by), ...filled, ...said } };
}

function mockedError(error: Fault | null): Json {
  if (error === null) return 'not_recorded';
  const { code, message, details, retryable } = error;
  return {
    code,
    message,
    ...(details === undefined ? {} : { details: { ...details } }),
    ...(retryable === undefined ? {} : { retryable }),
  };
}

function itemMocks(
  { name, actionType, output, error, failedItems, attempts, status }: RecordedStep,
  remarks: string[],
): Written {
  const outputs = Array.isArray(output) ? (output as readonly Json[]) : [];
  if (outputs.length === 0 && attempts === 0) return {};
  if (attempts > outputs.length) remarks.push(`Items of \`${name}\` were tried again; which ones is not known.`);
  const missing = outputs.filter((one) => one === null).length;
  if (failedItems > 0) {
    const which = missing === failedItems ? 'those without an output' : 'which ones is not known';
    remarks.push(`${failedItems} items of \`${name}\` failed (${which}); their own errors are not known.`);
  }
  if (outputs.length === 0) {
    remarks.push(`The results of the items of \`${name}\` are not known.`);
    return { [name]: status === 'failed' ? { error: mockedError(error) } : { duration: endless } };
  }
  const failed = failedItems > 0 && missing === failedItems;
  if (actionType === 'approval') {
    const answers = outputs.map((one, index): [string, Json] => [
      `${name}[${index}]`,
      answerMock(one) ?? { unanswered: true },
    ]);
    return Object.fromEntries(answers);
  }
  const results = outputs.map((one): Json => (one === null && failed ? { error: 'not_recorded' } : { output: one }));
  const [first] = results;
  const same = results.every((one) => JSON.stringify(one) === JSON.stringify(first));
  if (same && first !== undefined) return { [name]: first };
  return Object.fromEntries(results.map((result, index) => [`${name}[${index}]`, result]));
}

function expectationOf({ status, output, error, steps }: RecordedRun): Written {
  return {
    status,
    ...(output === null ? {} : { output }),
    ...(error === null
      ? {}
      : { error: { code: error.code, ...(error.step === undefined ? {} : { step: error.step }) } }),
    steps: Object.fromEntries(steps.map((step) => [step.name, expectedStep(step)])),
  };
}

function expectedStep({ status, reason, attempts, forEach }: RecordedStep): Json {
  const counted = attempts > 1 && !forEach;
  if (reason === null && !counted) return status;
  return { status, ...(reason === null ? {} : { reason }), ...(counted ? { attempts } : {}) };
}
