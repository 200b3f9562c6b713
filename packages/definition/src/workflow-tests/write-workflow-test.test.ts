import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../load-definitions.ts';
import { loadWorkflowTests } from './load-workflow-tests.ts';
import { type RecordedRun, type RecordedStep, writeWorkflowTest } from './write-workflow-test.ts';

const { definitions } = loadDefinitions([
  {
    path: 'a.yaml',
    text: `
workflows:
  a:
    input: { who: { type: string } }
    steps:
      one: { type: shell, cmd: x }
      each: { type: shell, cmd: x, for_each: [1, 2, 3] }
      rest: { type: wait, for: 1d }
      last: { type: shell, cmd: x }
      ask: { type: approval, prompt: "?" }
      asks: { type: approval, prompt: "?", for_each: [1, 2, 3] }
`,
  },
]);

const step = (name: string, part: Partial<RecordedStep> = {}): RecordedStep => ({
  name,
  actionType: 'shell',
  forEach: false,
  repeatable: false,
  status: 'succeeded',
  reason: null,
  output: null,
  error: null,
  attempts: 1,
  failedItems: 0,
  startedAt: 1_000,
  endedAt: 3_500,
  ...part,
});

function write(steps: readonly RecordedStep[], part: Partial<RecordedRun> = {}) {
  const text = writeWorkflowTest({
    id: '7',
    workflow: 'a',
    status: 'succeeded',
    input: { who: '# "Ada": {{ x }}' },
    output: null,
    error: null,
    startedAt: 0,
    endedAt: 60_000,
    steps,
    ...part,
  });
  if (definitions === null) throw new Error('The definitions of this test are wrong.');
  const { tests, diagnostics } = loadWorkflowTests([{ path: 'a.test.yaml', text }], definitions);
  expect(diagnostics).toEqual([]);
  return { text, test: tests[0] };
}

describe('a test made of a run', () => {
  it('has its input, its results as mocks and its end as expectation', () => {
    const { test } = write([step('one', { output: 'no' }), step('rest', { actionType: 'wait' })], { output: { n: 1 } });
    expect(test).toMatchObject({ workflow: 'a', startsAt: 0, input: { who: '# "Ada": {{ x }}' } });
    expect(test?.mocks).toEqual(new Map([['one', [{ durationMs: 0, kind: 'output', output: 'no' }]]]));
    expect(test?.expect).toMatchObject({ status: 'succeeded', output: { n: 1 } });
    expect([...(test?.expect.steps ?? [])]).toEqual([
      ['one', { status: 'succeeded' }],
      ['rest', { status: 'succeeded' }],
    ]);
  });

  it('has the attempts before the last one, and says that their errors are not known', () => {
    const { text, test } = write([step('one', { attempts: 3, output: 1 })]);
    expect(test?.mocks.get('one')?.map(({ kind }) => kind)).toEqual(['error', 'error', 'output']);
    expect(test?.expect.steps.get('one')).toEqual({ status: 'succeeded', attempts: 3 });
    expect(text).toMatch(/^# Made of run 7\.\n# `one` took 3 attempts/);
  });

  it('mocks each item, or all at once where they gave the same', () => {
    const each = (output: readonly (number | null)[], failedItems = 0) =>
      write([step('each', { forEach: true, output, attempts: 3, failedItems })]);
    expect([...(each([1, 1, 1]).test?.mocks.keys() ?? [])]).toEqual(['each']);
    expect([...(each([1, 2, 1]).test?.mocks.keys() ?? [])]).toEqual(['each[0]', 'each[1]', 'each[2]']);
    const failed = each([1, null, 1], 1);
    expect(failed.test?.mocks.get('each[1]')).toMatchObject([{ kind: 'error' }]);
    expect(failed.text).toContain('their own errors are not known');
  });

  it('of a cancelled run lets steps take their time, and those that were stopped go on', () => {
    const stopped = step('last', { status: 'cancelled', reason: 'run_cancelled' });
    const { test } = write([step('one'), stopped, step('each', { status: 'skipped', attempts: 0 })], {
      status: 'cancelled',
    });
    expect(test?.cancel).toMatchObject({ afterMs: 60_000 });
    expect(test?.mocks.get('one')).toMatchObject([{ durationMs: 2_500 }]);
    expect(test?.mocks.get('last')).toMatchObject([{ durationMs: 366 * 86_400_000 }]);
    expect(test?.mocks.has('each')).toBe(false);
  });

  it('of a failed run has the error with its code', () => {
    const error = { code: 'exit_code', message: 'It ended with 3.', details: { exit_code: 3 } };
    const { test } = write([step('one', { status: 'failed', error })], {
      status: 'failed',
      error: { ...error, step: 'one' },
    });
    expect(test?.mocks.get('one')).toEqual([{ durationMs: 0, kind: 'error', error }]);
    expect(test?.expect.error).toEqual({ code: 'exit_code', step: 'one' });
  });

  it('repeats what people said to approvals, and leaves those that time decided to time', () => {
    const said = (approved: boolean, by: string | null) => ({
      approved,
      by,
      answers:
        by === null
          ? []
          : [
              { by: 'ada', decision: 'approve', comment: null },
              { by, decision: 'x', comment: 'Ok.' },
            ],
      values: approved ? { tag: 'v1' } : {},
    });
    const ask = (part: Partial<RecordedStep>) => step('ask', { actionType: 'approval', ...part });
    const mockOf = (...steps: readonly RecordedStep[]) => write(steps).test?.mocks;
    const answer = { kind: 'answer', durationMs: 0, comment: 'Ok.' };
    expect(mockOf(ask({ output: said(true, 'bob') }))?.get('ask')).toEqual([
      { ...answer, decision: 'approve', by: ['ada', 'bob'], values: { tag: 'v1' } },
    ]);
    expect(mockOf(ask({ status: 'failed', output: said(false, 'eve') }))?.get('ask')).toEqual([
      { ...answer, decision: 'reject', by: ['eve'], values: {} },
    ]);
    expect(mockOf(ask({ status: 'timed_out', output: said(false, null) }))?.has('ask')).toBe(false);
    expect(mockOf(ask({ output: said(true, null) }))?.has('ask')).toBe(false);
    const again = mockOf(ask({ attempts: 2, output: said(true, 'bob') }))?.get('ask');
    expect(again?.map(({ kind }) => kind)).toEqual(['unanswered', 'answer']);
    const outputs = [said(true, 'bob'), said(false, 'eve'), null];
    const items = mockOf(
      step('asks', { actionType: 'approval', forEach: true, status: 'failed', output: outputs, failedItems: 2 }),
    );
    expect(['asks[0]', 'asks[1]', 'asks[2]'].map((path) => items?.get(path)?.[0])).toMatchObject([
      { decision: 'approve' },
      { decision: 'reject' },
      { kind: 'unanswered' },
    ]);
  });

  it('lets the events arrive that were waited for, except those that the run emitted itself', () => {
    const event = (n: number, source: Readonly<Record<string, string>>) => ({
      ...{ id: String(n), workspace: 'main', type: 'order.paid', payload: { n }, key: null, source },
      at: new Date(n * 1_000).toISOString(),
    });
    const wait = (part: Partial<RecordedStep>) => step('rest', { actionType: 'wait', ...part });
    const { test } = write([
      wait({ output: event(2, { type: 'api' }) }),
      step('each', {
        actionType: 'wait',
        forEach: true,
        output: [event(3, { type: 'run', run: '6' }), event(4, { type: 'run', run: '7' }), null],
      }),
      step('last', { actionType: 'emit', output: { type: 'x', payload: {} } }),
    ]);
    expect(test?.events).toEqual([
      { type: 'order.paid', payload: { n: 2 }, afterMs: 2_000 },
      { type: 'order.paid', payload: { n: 3 }, afterMs: 3_000 },
    ]);
    expect([...(test?.mocks.keys() ?? [])]).toEqual([]);
    expect(write([wait({ output: null })]).test?.events).toEqual([]);
  });
});
