import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { definitionsOf, fields, planOf, to, type WorkflowText } from '../testing/build-plan.ts';
import { compilePlan } from './compile-plan.ts';
import { hashPlan } from './hash-plan.ts';
import { laneKey, lanesOf, preparePlan } from './prepared-plan.ts';

const compile = (text: WorkflowText, workflow = 'main') => compilePlan(definitionsOf('main', text), 'ws', workflow);

function problemsOf(text: WorkflowText, workflow = 'main') {
  return compile(text, workflow).problems;
}

describe('a plan', () => {
  test('numbers its steps and knows who depends on whom', () => {
    const { plan } = planOf({ steps: { a: {}, b: { needs: 'a' }, c: { needs: 'b a' } } });
    expect(plan.steps.map(({ dependsOn, dependants }) => [dependsOn, dependants])).toEqual([
      [[], [1, 2]],
      [[0], [2]],
      [[1, 0], []],
    ]);
  });

  test('takes what a step does not say from its action, and then from the workflow', () => {
    const retry = {
      attempts: 2,
      delayMs: 0,
      backoff: 'fixed',
      factor: 2,
      maxDelayMs: 9,
      jitter: 0,
      countWorkerLoss: false,
    } as const;
    const { plan } = planOf({
      queue: 'slow',
      priority: 3,
      actions: { act: { retry, timeoutMs: 5, labels: ['gpu', 'big'], queue: 'fast' } },
      steps: { a: { action: 'act' }, b: { action: 'act', timeoutMs: 7, queue: 'own', labels: ['arm'] }, c: {} },
    });
    expect(plan.steps[0]).toMatchObject({
      retry,
      timeoutMs: 5,
      priority: 3,
      lane: { queue: 'fast', labels: ['big', 'gpu'] },
    });
    expect(plan.steps[1]).toMatchObject({ timeoutMs: 7, lane: { queue: 'own', labels: ['arm', 'big', 'gpu'] } });
    expect(plan.steps[2]).toMatchObject({ retry: null, lane: { queue: 'slow', capability: 'shell', labels: [] } });
  });

  test('knows which steps may call the API, and says nothing of the others, whose hash stays as it was', () => {
    const { plan } = planOf({ steps: { a: { api: true }, b: {} } });
    expect(plan.steps.map((step) => ('api' in step ? step.api : 'absent'))).toEqual([true, 'absent']);
    expect(hashPlan(planOf({ steps: { a: { api: true } } }).plan)).not.toBe(
      hashPlan(planOf({ steps: { a: {} } }).plan),
    );
  });

  test('lets a step call a workflow by its name', () => {
    const input = fields({ n: { type: 'integer' } });
    const { plan } = planOf({ others: { inner: { input, steps: {} } }, steps: { a: { action: 'inner' } } });
    expect(plan.steps[0]).toMatchObject({
      lane: null,
      action: { type: 'workflow', input, body: { workflow: 'inner', wait: true } },
    });
  });

  test('knows which values the templates of a body read, each once', () => {
    const cmd =
      '{{ steps.a.output.x }} {{ steps.a.output.x.y }} {{ input.n }} {{ run.id }} {{ vars.list[0].z }} {{ item }}';
    const { plan } = planOf({
      steps: {
        a: {},
        b: { needs: 'a', inline: { type: 'shell', cmd, args: ['{{ steps.a.status }}'] } },
        c: { action: 'act' },
      },
      actions: {
        act: {
          body: {
            type: 'script',
            runtime: 'python',
            code: '{{ not.a.template }}',
            args: ['{{ input.x }} {{ config.y }}'],
            input_via: 'stdin',
            output_format: 'json',
          },
        },
      },
    });
    expect(plan.steps[1]?.action.reads).toEqual([
      ['steps', 'a', 'output', 'x'],
      ['input', 'n'],
      ['vars', 'list'],
      ['item'],
      ['steps', 'a', 'status'],
    ]);
    expect(plan.steps[2]?.action.reads).toEqual([['config', 'y']]);
  });

  test('keeps the places of its own texts and of the actions that it calls', () => {
    const at = (line: number) => ({ file: 'w.yaml', line, column: 1 });
    const prepared = planOf({
      actions: { act: { body: { type: 'shell', cmd: '{{ input.x }}' } } },
      steps: { a: { action: 'act', when: 'true' }, b: { inline: { type: 'shell', cmd: 'x' } } },
      places: {
        '/workflows/main/steps/a/when': at(1),
        '/workflows/main/steps/b/inline/cmd': at(2),
        '/actions/act/body/cmd': at(3),
        '/workflows/other/steps/a/when': at(4),
      },
    });
    expect(prepared.plan.places).toEqual({
      '/steps/a/when': at(1),
      '/steps/b/action/body/cmd': at(2),
      '/steps/a/action/body/cmd': at(3),
    });
    expect(prepared.step(0).places).toEqual({ '/cmd': at(3) });
  });

  test('has the same hash for the same content, whatever the order of keys, and another for other content', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (vars, other) => {
        const text = { vars: vars as never, steps: { a: {} } };
        const { plan } = planOf(text);
        const shuffled = Object.fromEntries(Object.entries(plan).reverse()) as typeof plan;
        expect(hashPlan(shuffled)).toBe(hashPlan(plan));
        expect(hashPlan(JSON.parse(JSON.stringify(plan)))).toBe(hashPlan(plan));
        expect(hashPlan({ ...plan, workflow: `${plan.workflow}${other}!` })).not.toBe(hashPlan(plan));
      }),
      { numRuns: 50 },
    );
  });

  test('has each lane once', () => {
    const { plan, lanes } = planOf({
      steps: {
        a: { labels: ['x', 'y'] },
        b: { labels: ['y', 'x'] },
        c: { queue: 'q' },
        d: { inline: { type: 'wait', for: '1s' } },
      },
    });
    expect(lanesOf(plan)).toEqual(lanes);
    expect(lanes.map(laneKey)).toEqual(['["test","default","shell","x","y"]', '["test","q","shell"]']);
  });
});

describe('what stands before a step', () => {
  test('is found however far away, and nothing else is', () => {
    const plan = planOf({ steps: { a: {}, b: { needs: 'a' }, c: { needs: 'b' }, d: { needs: 'a' } } });
    expect([plan.upstream(2, 'a'), plan.upstream(2, 'b'), plan.upstream(2, 'd'), plan.upstream(2, 'nobody')]).toEqual([
      0,
      1,
      null,
      null,
    ]);
    expect(plan.allUpstream(2)).toEqual([1, 0]);
  });
});

describe('what stands before a step by transitions', () => {
  test('is found through loops and dependencies; the step itself only in a loop', () => {
    const plan = planOf({
      steps: { a: { next: [to('b')] }, b: { next: [to('c')] }, c: { next: [to('b')] }, d: { needs: 'c' }, e: {} },
    });
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => plan.upstream(1, name))).toEqual([0, 1, 2, null, null]);
    expect([plan.upstream(0, 'a'), plan.upstream(3, 'a'), plan.upstream(3, 'd')]).toEqual([null, 0, null]);
    expect(plan.allUpstream(3)).toEqual([2, 1, 0]);
  });
});

describe('compiling', () => {
  test('an unknown workflow names the one that was meant', () => {
    expect(problemsOf({ steps: {} }, 'mian')).toMatchObject([
      { code: 'workflow_not_found', hint: 'Did you mean main?' },
    ]);
  });

  test.each<readonly [string, WorkflowText]>([
    ['type', { steps: { a: { inline: { type: 'docker', image: 'x' } } } }],
    ['type', { steps: { a: { action: 'act' } }, actions: { act: { body: { type: 'docker', image: 'x' } } } }],
    ['image', { steps: { a: { inline: { type: 'shell', cmd: 'x', image: 'node' } } } }],
  ])('tells that `%s` is not executed yet, with its place', (key, text) => {
    const at = { file: 'w.yaml', line: 3, column: 5 };
    const places = Object.fromEntries(
      ['/workflows/main', '/workflows/main/steps/a', '/actions/act'].map((pointer) => [pointer, at]),
    );
    const problems = problemsOf({ ...text, places });
    expect(problems).toMatchObject([{ code: 'not_supported_yet', place: at }]);
    expect(problems[0]?.message).toContain(`\`${key}\``);
  });

  test('tells a step that depends on one which it leads to, however far, with its place', () => {
    const at = { file: 'w.yaml', line: 3, column: 5 };
    const steps = {
      start: { next: [to('a')] },
      a: { next: [to('a')] },
      b: { needs: 'start a', next: [to('c')] },
      c: { next: [to('a')] },
      fine: { needs: 'a b', next: [to('d')] },
      d: { next: [to('d')] },
    };
    const problems = problemsOf({ steps, places: { '/workflows/main/steps/b/dependsOn/1': at } });
    expect(problems).toMatchObject([{ code: 'dependency_cycle', place: at }]);
    expect(problems[0]?.message).toContain('Step b depends on a');
  });

  test('a prepared plan takes a hash that is known already', () => {
    const { plan, hash } = planOf({ steps: { a: {} } });
    expect(preparePlan(plan, hash).hash).toBe(hashPlan(plan));
  });
});
