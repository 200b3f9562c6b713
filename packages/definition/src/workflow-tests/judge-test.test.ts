import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDifferences } from './differences.ts';
import { judgeTest, type ObservedRun, type ObservedStep } from './judge-test.ts';
import type { Expectation, WorkflowTest } from './workflow-test.ts';

const step = (part: Partial<ObservedStep> = {}): ObservedStep => ({
  status: 'succeeded',
  reason: null,
  input: {},
  output: null,
  error: null,
  attempts: 1,
  began: 1,
  ended: 2,
  ...part,
});
const run = (part: Partial<ObservedRun> = {}): ObservedRun => ({
  outcome: { kind: 'run', status: 'succeeded', output: null, error: null },
  steps: new Map(),
  hooks: [],
  elapsedMs: 0,
  unmocked: [],
  stuck: null,
  ...part,
});
const testOf = (expectation: Partial<Expectation>): WorkflowTest => ({
  name: 'test',
  description: null,
  at: { file: 'a.test.yaml', line: 1, column: 1 },
  workflow: 'a',
  input: {},
  startsAt: 0,
  mocks: new Map(),
  cancel: null,
  events: [],
  expect: { steps: new Map(), order: [], ...expectation },
  placeOf: (path) => ({ file: path.join('/'), line: 1, column: 1 }),
});
const judge = (expectation: Partial<Expectation>, observed: ObservedRun) =>
  judgeTest(testOf(expectation), observed).map(({ at, message }) => `${at.file}: ${message}`);

const failed = run({
  outcome: {
    kind: 'run',
    status: 'failed',
    output: null,
    error: { code: 'exit_code', message: 'It broke.', step: 'b' },
  },
});

describe('a test passes when', () => {
  it.each<[string, Partial<Expectation>, ObservedRun]>([
    ['nothing is said and the run succeeded', {}, run()],
    ['an error is expected and is there', { error: { code: 'exit_code', message: 'broke', step: 'b' } }, failed],
    [
      'the start is refused as expected',
      { refused: 'x' },
      run({ outcome: { kind: 'refused', code: 'x', message: '' } }),
    ],
    [
      'steps that are not named differ',
      { steps: new Map() },
      run({ steps: new Map([['a', step({ status: 'skipped' })]]) }),
    ],
  ])('%s', (_, expectation, observed) => expect(judge(expectation, observed)).toEqual([]));
});

describe('a test fails, at the place of the expectation, when', () => {
  it.each<[Partial<Expectation>, ObservedRun, string]>([
    [{}, failed, 'expect: The run is failed; succeeded is expected. It broke. [exit_code]'],
    [
      { status: 'succeeded' },
      run({ outcome: { kind: 'run', status: 'running', output: null, error: null }, stuck: 'Why.' }),
      'expect/status: The run is running; succeeded is expected. Why.',
    ],
    [{ output: { a: 1 } }, run(), 'expect/output: The output of the run differs.'],
    [{ error: { code: 'timeout' } }, failed, 'expect/error: The error of the run differs.'],
    [{ error: { code: 'timeout' } }, run(), 'expect/error: The error of the run differs. There is none.'],
    [{ takesMs: 5 }, run(), 'expect/takes: The run takes another time.'],
    [{ refused: 'invalid_input' }, run(), 'expect/refused: The run was started; it was expected to be refused.'],
    [
      {},
      run({ outcome: { kind: 'refused', code: 'x', message: 'No.' } }),
      'expect: The run could not be started: No. [x]',
    ],
    [
      { steps: new Map([['a', { status: 'failed' }]]) },
      run({ steps: new Map([['a', step()]]) }),
      'expect/steps/a/status: `a` is succeeded; failed is expected.',
    ],
    [
      { steps: new Map([['a', { attempts: 2 }]]) },
      run({ steps: new Map([['a', step()]]) }),
      'expect/steps/a/attempts: The attempts of `a` differ.',
    ],
    [
      { steps: new Map([['a', { input: { x: 1 } }]]) },
      run({ steps: new Map([['a', step()]]) }),
      'expect/steps/a/input: The input of `a` differs.',
    ],
    [
      { steps: new Map([['a[7]', {}]]) },
      run({ steps: new Map([['a', step()]]) }),
      'expect/steps/a[7]: `a[7]` never came up in the run.',
    ],
  ])('%j', (expectation, observed, message) => expect(judge(expectation, observed)[0]).toContain(message));

  it('a step was executed without a mock', () => {
    expect(judge({}, run({ unmocked: ['call.build'] }))).toEqual([
      expect.stringContaining('`call.build` was executed and has no mock'),
    ]);
  });

  it('a step began before the one before it had ended, or did not run', () => {
    const steps = new Map([
      ['a', step({ began: 1, ended: 4 })],
      ['b', step({ began: 2, ended: 3 })],
      ['c', step({ began: 5, ended: 6 })],
      ['d', step({ began: null, ended: 7, status: 'skipped', reason: 'condition_false' })],
    ]);
    const order = (...groups: (readonly string[])[]) => judge({ order: groups }, run({ steps }));
    expect(order(['a', 'b'], ['c'])).toEqual([]);
    expect(order(['a'], ['b'])).toEqual(['expect/order/1: `b` began before `a` had ended.']);
    expect(order(['c'], ['d'])).toEqual(['expect/order/1: `d` did not run: it is skipped (condition_false).']);
  });
});

describe('differences', () => {
  it('name the place of each', () => {
    expect(findDifferences({ a: [1, { b: 2 }], 'c d': 1 }, { a: [1, { b: 3 }, 4], e: null })).toEqual([
      { path: '.a[1].b', expected: 2, actual: 3 },
      { path: '.a[2]', expected: undefined, actual: 4 },
      { path: '["c d"]', expected: 1, actual: undefined },
      { path: '.e', expected: undefined, actual: null },
    ]);
  });

  it('are none exactly between equal values', () => {
    const value = fc.jsonValue().map((one) => JSON.parse(JSON.stringify(one)));
    fc.assert(
      fc.property(value, value, (left, right) => {
        expect(findDifferences(left, structuredClone(left))).toEqual([]);
        const equal = canonical(left) === canonical(right);
        expect(findDifferences(left, right).length === 0).toBe(equal);
      }),
    );
  });
});

describe('hooks', () => {
  const called = {
    call: 'on_failure.tell',
    input: { n: 1 },
    status: 'failed',
    error: { code: 'exit_code', message: 'Broken.' },
  } as const;

  it('are compared all together, then one by one', () => {
    const observed = run({ hooks: [called] });
    expect(judge({}, observed)).toEqual([]);
    expect(judge({ hooks: [{ call: 'on_failure.tell', input: { n: 1 }, status: 'failed' }] }, observed)).toEqual([]);
    expect(judge({ hooks: [] }, observed)).toEqual(['expect/hooks: Other hooks were called.']);
    expect(judge({ hooks: [{ call: 'on_cancel.tell' }] }, observed)).toEqual([
      'expect/hooks: Other hooks were called.',
    ]);
    const wrong = { call: 'on_failure.tell', input: { n: 2 }, status: 'succeeded', error: { code: 'x' } } as const;
    expect(judge({ hooks: [wrong] }, observed)).toEqual([
      'expect/hooks/0: The run of `on_failure.tell` is failed; succeeded is expected. Broken. [exit_code]',
      'expect/hooks/0: The input of `on_failure.tell` differs.',
      'expect/hooks/0: The error of `on_failure.tell` differs.',
    ]);
  });
});

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
