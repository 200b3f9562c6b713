import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fields } from '../testing/build-plan.ts';
import { RunDriver, runOf } from '../testing/run-driver.ts';
import { assignmentOf } from './assignment.ts';
import type { WorkDocument } from './records.ts';

const at = { file: 'w.yaml', line: 10, column: 15 };

describe('what a step reads', () => {
  test('is the run, its input and variables, and the steps before it', () => {
    const run = runOf(
      {
        vars: { color: 'red' },
        steps: {
          a: {},
          b: { continueOnFailure: true },
          c: {
            needs: 'a b',
            input: {
              all: '{{ [input.n, vars.color, steps.a.output.x, steps.a.status, steps.b.error.code] }}',
              run: '{{ [run.id, run.workflow, run.workspace, run.started_at, run.trigger.type, run.attempt] }}',
              now: '{{ now() }}',
              text: 'n is {{ input.n }}',
            },
          },
        },
      },
      { n: 4 },
    );
    run.succeed('a', { x: [1] });
    run.now = 5_000;
    run.fail('b', { code: 'oops' });
    expect(run.input('c')).toEqual({
      all: [4, 'red', [1], 'succeeded', 'oops'],
      run: ['7', 'main', 'test', '1970-01-01T00:00:01.000Z', 'api', 1],
      now: '1970-01-01T00:00:05.000Z',
      text: 'n is 4',
    });
  });

  test('are only steps before it, since no other has surely ended', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a' }, c: { input: { x: '{{ steps.a.output }}' } } } });
    expect(run.step('c')).toMatchObject({ status: 'failed', error: { code: 'expression' } });
  });

  test('may be a step chosen by a value', () => {
    const run = runOf(
      { steps: { a: {}, b: { needs: 'a', input: { x: '{{ steps[input.which].output }}' } } } },
      { which: 'a' },
    );
    run.succeed('a', 5);
    expect(run.input('b')).toEqual({ x: 5 });
  });

  test('`uuid()` differs between steps and items, and is the same when the decision is made again', () => {
    const text = { steps: { a: { forEach: 2, input: { id: '{{ uuid() }}', other: '{{ uuid() }}' } } } };
    const run = runOf(text);
    const ids = [run.input('a', 0), run.input('a', 1)].flatMap((input) => [input.id, input.other]);
    expect(new Set(ids).size).toBe(4);
    const twice = runOf({
      steps: { a: { forEach: '[uuid(), uuid()]', input: { x: '{{ item }}', y: '{{ uuid() }}' } } },
    });
    const all = [twice.input('a', 0), twice.input('a', 1)].flatMap((input) => [input.x, input.y]);
    expect(new Set(all).size).toBe(4);
    expect(String(ids[0])).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new RunDriver(run.plan).input('a', 0)).toEqual(run.input('a', 0));
  });
});

describe('an error in an expression', () => {
  test('fails the step, says where it is in the file, and the run goes on by its rules', () => {
    const run = runOf({
      places: { '/workflows/main/steps/a/input/deep/0': at },
      steps: { a: { input: { deep: ['ok {{ input.missing }}'] } }, b: { needs: 'a', when: 'failed()' }, c: {} },
    });
    expect(run.step('a').error).toMatchObject({
      code: 'expression',
      at: { file: 'w.yaml', line: 10, column: 15 + 'ok {{ '.length },
      retryable: false,
    });
    expect(run.statuses).toBe('a:failed b:ready c:ready');
  });

  test('in a block of several lines has the line and column of that line', () => {
    const run = runOf({
      places: { '/workflows/main/steps/a/input/text': at },
      steps: { a: { input: { text: 'first\nsecond {{ 1 / 0 }}\n' } } },
    });
    expect(run.step('a').error?.at).toEqual({ file: 'w.yaml', line: 11, column: 15 + 'second {{ '.length });
  });

  test.each([
    ['when', { when: 'input.nope' }],
    ['for_each', { forEach: 'input.nope' }],
    ['delay', { delay: '{{ input.nope }}' }],
    ['env', { env: { A: '{{ input.nope }}' } }],
    ['a text that does not parse', { when: '1 +' }],
    ['a template that does not parse', { input: { x: '{{ 1 + }}' } }],
    ['the body of a wait', { inline: { type: 'wait', for: '{{ input.nope }}' } }],
    ['the name of a child workflow', { inline: { type: 'workflow', workflow: '{{ input.nope }}', wait: true } }],
  ] as const)('in %s fails the step', (_what, step) => {
    const run = runOf({ steps: { a: step } });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'expression' } });
    expect(run.status).toBe('failed');
  });

  test('in the output of the workflow fails the run, with its place', () => {
    const run = runOf({
      places: { '/workflows/main/output/tag': at },
      steps: { a: {} },
      output: { tag: '{{ steps.a.output.tag }}' },
    });
    run.succeed('a', {});
    expect(run.status).toBe('failed');
    expect(run.state.head.error).toMatchObject({ code: 'expression', at: { line: 10 } });
    expect(run.steps.a?.status).toBe('succeeded');
  });

  test('never makes the reducer throw, whatever is written', () => {
    const piece = fc.constantFrom(
      'steps',
      '.a',
      '.output',
      '[',
      ']',
      '(',
      ')',
      'input',
      '.n',
      '"x"',
      '1',
      ' + ',
      ' / 0',
      ' if ',
      ' else ',
      'failed',
      'result',
      'always()',
      ',',
      'item',
      'now()',
      ' | ',
      'map',
      'json',
      'not ',
      '-',
      '{',
      '}',
      ':',
      'x'.repeat(50),
      '__proto__',
      '.constructor',
      'repeat',
      'range(1e9)',
    );
    const expression = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(expression, expression, fc.jsonValue(), (first, second, value) => {
        const run = runOf(
          {
            steps: {
              a: {
                when: `always() or ${first}`,
                input: { [`k${first}`]: `{{ ${second} }}`, raw: first },
                retry: { when: second },
              },
              b: { needs: 'a', when: second, forEach: first, env: { E: `{{ ${first} }}` } },
              c: { needs: 'b', delay: `{{ ${second} }}`, inline: { type: 'wait', until: first === '' ? 'x' : first } },
            },
            output: `{{ ${first} }} {% if ${second} %}x{% endif %}`,
          },
          { n: value as never },
        );
        for (let left = 20; left > 0 && run.status === 'running'; left--) {
          const [work] = run.store.work.values();
          if (work === undefined) break;
          run.send({
            type: 'attempt_finished',
            key: work,
            worker: null,
            result:
              left % 2 === 0
                ? { status: 'succeeded', output: value as never, durationMs: 1 }
                : { status: 'failed', error: { code: 'x', message: 'x' }, durationMs: Number.NaN },
          });
        }
        expect(run.store.work.size + run.store.waits.size > 0).toBe(run.status === 'running');
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a worker is given', () => {
  test('is the body, the input, and just the values that the body reads', () => {
    const run = runOf(
      {
        vars: { v: 1, big: 'x' },
        steps: {
          a: {},
          b: {
            needs: 'a',
            timeoutMs: 9,
            input: { own: 2 },
            env: { A: '{{ steps.a.output.x }}', B: '{{ [1] }}' },
            inline: {
              type: 'shell',
              cmd: '{{ vars.v }} {{ steps.a.output.x }} {{ input.n }} {{ input.own }} {{ run.attempt }}',
            },
          },
        },
        places: { '/workflows/main/steps/b/inline/cmd': at },
      },
      { n: 4, unused: 'x' },
    );
    run.succeed('a', { x: 'out', more: 'x' });
    const work = run.work('b');
    const limits = { outputBytes: 1, logBytes: 2, graceMs: 3 };
    expect(assignmentOf(run.plan, run.state, work, limits)).toMatchObject({
      limits,
      run: '7',
      step: 1,
      attempt: 1,
      stepName: 'b',
      body: { type: 'shell' },
      env: { A: 'out', B: '[1]' },
      input: { n: 4, own: 2 },
      timeoutMs: 9,
      places: { '/cmd': at },
      names: { run: { id: '7', attempt: 1 } },
    });
    const { names } = JSON.parse(work.document) as WorkDocument;
    expect(names).toEqual({ vars: { v: 1 }, steps: { a: { output: { x: 'out' } } } });
  });

  test('leaves out what is not there, so that the body can ask whether it is', () => {
    const run = runOf({
      steps: { a: {}, b: { needs: 'a', inline: { type: 'shell', cmd: '{{ steps.a.output?.x | default(1) }}' } } },
    });
    run.succeed('a', {});
    expect((JSON.parse(run.work('b').document) as WorkDocument).names).toEqual({ steps: { a: { output: {} } } });
  });
});

describe('the schemas of an action', () => {
  const actions = {
    act: {
      input: fields({ n: { type: 'integer', default: 3 }, s: { type: 'string', required: true } }),
      output: fields({ y: { type: 'integer', required: true } }),
    },
  };

  test('fill in defaults', () => {
    const run = runOf({ actions, steps: { a: { action: 'act', input: { s: 'x' } } } });
    expect(run.input('a')).toEqual({ n: 3, s: 'x' });
  });

  test('refuse a wrong input before anything is executed, with its place', () => {
    const run = runOf({
      actions,
      places: { '/workflows/main/steps/a/input/s': at },
      steps: { a: { action: 'act', input: { s: '{{ 5 }}' }, retry: { attempts: 5 } } },
    });
    expect(run.step('a')).toMatchObject({
      status: 'failed',
      attempts: 0,
      error: { code: 'invalid_input', at, retryable: false },
    });
  });

  test('make a wrong output a failed attempt, which may be retried', () => {
    const run = runOf({ actions, steps: { a: { action: 'act', input: { s: 'x' }, retry: { attempts: 2 } } } });
    run.succeed('a', { y: 'one' });
    expect(run.work('a').attempt).toBe(2);
    run.succeed('a', { z: 1 });
    expect(run.step('a')).toMatchObject({ status: 'failed', error: { code: 'invalid_output' } });
    expect(run.step('a').error?.message).toContain('/y: expected integer, but it is missing.');
  });
});
