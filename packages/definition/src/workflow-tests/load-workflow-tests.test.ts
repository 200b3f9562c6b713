import type { Definitions } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../load-definitions.ts';
import { loadWorkflowTests } from './load-workflow-tests.ts';

function define(text: string): Definitions {
  const { definitions, diagnostics } = loadDefinitions([{ path: 'a.yaml', text }]);
  if (definitions === null) throw new Error(JSON.stringify(diagnostics));
  return definitions;
}

const definitions = define(`
workflows:
  release:
    steps:
      build: { type: shell, cmd: make }
      each: { type: shell, cmd: "echo {{ item }}", for_each: [1, 2], depends_on: [build] }
      ask: { type: approval, prompt: "?", depends_on: [each] }
      publish: { action: deploy, for_each: [eu, us], depends_on: [ask] }
    on_failure: [{ action: tell }, { action: deploy }]
  deploy:
    steps:
      upload: { type: shell, cmd: upload }
actions:
  tell: { type: shell, cmd: tell }
on_cancel: [{ action: tell }]
`);

const load = (text: string) => loadWorkflowTests([{ path: 'a.test.yaml', text }], definitions);
const problemsOf = (text: string) =>
  load(text).diagnostics.map(({ code, line, column, hint }) => ({ code, at: `${line}:${column}`, hint }));

describe('a test file', () => {
  it('gives its tests, with what is written for the whole file', () => {
    const { tests, diagnostics } = load(`
workflow: release
mocks:
  build: { output: { tag: v1 }, duration: 1m30s }
  each: [{ error: exit_code }, { lost: true }, {}]
tests:
  works:
    now: 2026-03-01T09:00:00+01:00
    mocks: { "publish[1].upload": { error: { code: denied, retryable: false } } }
    cancel: { after: 5m }
    expect: { status: failed, takes: 2h, steps: { build: succeeded }, order: [build, [each, publish]] }
`);
    expect(diagnostics).toEqual([]);
    expect(tests).toHaveLength(1);
    expect(tests[0]).toMatchObject({
      name: 'works',
      workflow: 'release',
      at: { file: 'a.test.yaml', line: 7, column: 3 },
      startsAt: Date.parse('2026-03-01T08:00:00Z'),
      cancel: { afterMs: 300_000, reason: null, force: false },
      expect: { status: 'failed', takesMs: 7_200_000, order: [['build'], ['each', 'publish']] },
    });
    expect(tests[0]?.mocks).toEqual(
      new Map([
        ['build', [{ durationMs: 90_000, kind: 'output', output: { tag: 'v1' } }]],
        [
          'each',
          [
            { durationMs: 0, kind: 'error', error: { code: 'exit_code', message: 'The mock failed with exit_code.' } },
            { durationMs: 0, kind: 'lost' },
            { durationMs: 0, kind: 'output', output: null },
          ],
        ],
        [
          'publish[1].upload',
          [
            {
              durationMs: 0,
              kind: 'error',
              error: { code: 'denied', message: 'The mock failed with denied.', retryable: false },
            },
          ],
        ],
      ]),
    );
  });

  it('knows where each expectation stands', () => {
    const { tests } = load(`workflow: release
tests:
  one:
    expect:
      steps:
        build: { status: failed,
                 output: { tag: v1 } }
      order: [build,
              each]
`);
    const at = (...path: (string | number)[]) => {
      const { line, column } = tests[0]?.placeOf(path) ?? { line: 0, column: 0 };
      return `${line}:${column}`;
    };
    expect(at('expect')).toBe('4:5');
    expect(at('expect', 'steps', 'build', 'output')).toBe('7:18');
    expect(at('expect', 'order', 1)).toBe('9:15');
    expect(at('expect', 'status')).toBe('4:5'); // Not written: the nearest thing that is.
  });

  it.each([
    ['', [{ code: 'missing_key', at: '1:1', hint: expect.stringContaining('tests:') }]],
    ['[1]', [{ code: 'not_a_map', at: '1:1', hint: expect.any(String) }]],
    ['workflow: release\ntests: {}', [{ code: 'missing_key', at: '2:1', hint: expect.any(String) }]],
    [
      'worfklow: release\ntests: { a: { expect: {} } }',
      [{ code: 'unknown_key', at: '1:1', hint: 'Did you mean `workflow`?' }],
    ],
    ['tests: { a: { expect: {} } }', [{ code: 'missing_key', at: '1:10', hint: expect.stringContaining('workflow') }]],
    [
      'workflow: relase\ntests: { a: { expect: {} } }',
      [{ code: 'unknown_workflow', at: '1:1', hint: 'Did you mean `release`?' }],
    ],
  ])('tells what is wrong with %j', (text, problems) => expect(problemsOf(text)).toEqual(problems));

  it.each([
    ['{ mock: {}, expect: {} }', 'unknown_key', 'Did you mean `mocks`?'],
    ['{ expect: { statsu: failed } }', 'unknown_key', 'Did you mean `status`?'],
    ['{ expect: { status: faild } }', 'invalid_value', 'Did you mean `failed`?'],
    ['{ expect: { steps: { build: succeded } } }', 'invalid_value', 'Did you mean `succeeded`?'],
    ['{ expect: { steps: { biuld: failed } } }', 'unknown_step', 'Did you mean `build`?'],
    ['{ expect: { order: [build, pubish] } }', 'unknown_step', 'Did you mean `publish`?'],
    ['{ mocks: { "build[1]": {} }, expect: {} }', 'invalid_value', 'Write `build`.'],
    ['{ mocks: { build.upload: {} }, expect: {} }', 'unknown_step', 'Write `build`.'],
    ['{ mocks: { publish.uplod: {} }, expect: {} }', 'unknown_step', 'Did you mean `upload`?'],
    ['{ mocks: { "publish[x]": {} }, expect: {} }', 'invalid_name', 'Rename it.'],
    ['{ mocks: { build: { output: 1, error: x } }, expect: {} }', 'exactly_one', null],
    ['{ mocks: { build: { duration: 5 } }, expect: {} }', 'invalid_duration', 'Did you mean `5s`?'],
    ['{ now: tomorrow, expect: {} }', 'invalid_time', null],
    ['{ mocks: {} }', 'missing_key', 'Add `expect: …`.'],
  ])('tells what is wrong with the test %s', (test, code, hint) => {
    expect(problemsOf(`workflow: release\ntests:\n  a: ${test}\n`)).toMatchObject([{ code, hint }]);
  });

  it('may mock, for all of its tests, steps that only some of its workflows have, but none that no workflow has', () => {
    const text = 'mocks: { upload: {}, uplod: {} }\ntests: { a: { workflow: release, expect: {} } }';
    expect(problemsOf(text)).toMatchObject([{ code: 'unknown_step', at: '1:22' }]);
    expect(load(text.replace(', uplod: {}', '')).tests).toHaveLength(1);
  });
});

describe('mocks of approvals', () => {
  it('say who answers what, or that nobody does', () => {
    const { tests, diagnostics } = load(`
workflow: release
tests:
  asks:
    mocks:
      ask:
        - { unanswered: true }
        - { reject: true }
        - { approve: { by: ada, values: { tag: v2 }, comment: Fine. }, duration: 5m }
        - { approve: { by: [ada, bob] } }
    expect: {}
`);
    expect(diagnostics).toEqual([]);
    const nothing = { values: {}, comment: null };
    expect(tests[0]?.mocks.get('ask')).toEqual([
      { kind: 'unanswered', durationMs: 0 },
      { kind: 'answer', durationMs: 0, decision: 'reject', by: null, ...nothing },
      {
        kind: 'answer',
        durationMs: 300_000,
        decision: 'approve',
        by: ['ada'],
        values: { tag: 'v2' },
        comment: 'Fine.',
      },
      { kind: 'answer', durationMs: 0, decision: 'approve', by: ['ada', 'bob'], ...nothing },
    ]);
  });

  it('are for approvals only, and do not mix with results', () => {
    const mocks = (text: string) => `workflow: release\ntests:\n  t:\n    mocks: ${text}\n    expect: {}\n`;
    expect(problemsOf(mocks('{ build: { approve: true } }'))).toEqual([
      { code: 'invalid_value', at: '4:14', hint: 'Write `output` or `error`.' },
    ]);
    expect(problemsOf(mocks('{ publish.upload: { unanswered: true } }'))).toMatchObject([{ code: 'invalid_value' }]);
    expect(problemsOf(mocks('{ ask: [{ approve: true }, { output: 1 }] }'))).toEqual([
      { code: 'invalid_value', at: '4:14', hint: 'Write either answers only, or results only.' },
    ]);
    expect(problemsOf(mocks('{ ask: { approve: true, reject: true } }'))).toMatchObject([{ code: 'exactly_one' }]);
    expect(problemsOf(mocks('{ ask: { approve: {} } }'))).toEqual([]);
    expect(problemsOf(mocks('{ ask: { output: { approved: true } } }'))).toEqual([]);
  });
});

describe('hooks', () => {
  const withMock = (path: string) => `workflow: release\ntests:\n  t:\n    mocks: { ${path}: {} }\n    expect: {}\n`;

  it('are expected by what they call, in their order', () => {
    const { tests, diagnostics } = load(`
workflow: release
tests:
  t:
    expect:
      hooks:
        - on_failure.tell
        - { call: publish.on_cancel.tell, input: { n: 1 }, status: failed, error: exit_code }
`);
    expect(diagnostics).toEqual([]);
    expect(tests[0]?.expect.hooks).toEqual([
      { call: 'on_failure.tell' },
      { call: 'publish.on_cancel.tell', input: { n: 1 }, status: 'failed', error: { code: 'exit_code' } },
    ]);
    const wrong = 'workflow: release\ntests: { t: { expect: { hooks: [tell] } } }\n';
    expect(problemsOf(wrong)).toMatchObject([{ at: '2:33' }]);
  });

  it.each(['on_failure.tell', 'on_failure.deploy.upload', 'on_cancel.tell', 'publish.on_cancel.tell'])(
    'are mocked behind their names: %s',
    (path) => expect(problemsOf(withMock(path))).toEqual([]),
  );

  it.each([
    ['on_success.tell', 'It calls'],
    ['on_failure.tel', 'Did you mean `tell`?'],
    ['on_failure.deploy', 'Write `on_failure.deploy.STEP`.'],
    ['on_failure.tell.x', 'Write `on_failure.tell`.'],
    ['on_failure.deploy.uplaod', 'Did you mean `upload`?'],
  ])('that nothing calls are told: %s', (path, hint) => {
    const [problem] = problemsOf(withMock(path));
    expect(problem).toMatchObject({ code: 'unknown_step' });
    if (hint !== 'It calls') expect(problem?.hint).toContain(hint);
  });
});
