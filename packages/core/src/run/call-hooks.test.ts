import { describe, expect, test } from 'vitest';
import type { HookCall } from '../definitions/workflow.ts';
import { fields } from '../testing/build-plan.ts';
import { runOf } from '../testing/run-driver.ts';
import { runId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';

const actions = { tell: { input: fields({}) }, strict: { input: fields({ n: { type: 'integer', required: true } }) } };
const call = (input: JsonObject = {}, action = 'tell'): readonly HookCall[] => [{ action, input }];
const calls = (run: ReturnType<typeof runOf>) => run.store.outbox.filter((message) => message.kind === 'call_hook');
const records = (run: ReturnType<typeof runOf>) => run.state.hooks;

const all = { onSuccess: call(), onFailure: call(), onCancel: call(), onSuspend: call() };
const one = { steps: { a: {} }, actions };

describe('the end of a run', () => {
  test.each([
    ['on_success', (run: ReturnType<typeof runOf>) => run.succeed('a')],
    ['on_failure', (run: ReturnType<typeof runOf>) => run.fail('a')],
    ['on_failure', (run: ReturnType<typeof runOf>) => run.fire(null, 'run_timeout')],
    ['on_cancel', (run: ReturnType<typeof runOf>) => run.cancel()],
  ])('calls %s, in the commit that ends it', (hook, end) => {
    const run = runOf({ ...one, timeoutMs: 60_000, hooks: all });
    end(run);
    expect(run.last.head?.endedAt).not.toBeNull();
    expect(run.last.outbox).toMatchObject([
      { kind: 'call_hook', hook, call: `${hook}:0`, action: 'tell', calls: 'action', input: {} },
    ]);
    expect(records(run)).toEqual([{ hook, action: 'tell', call: `${hook}:0` }]);
  });

  test('calls them in written order, those of the workspace after those of the workflow', () => {
    const run = runOf({
      ...one,
      others: { report: { steps: { x: {} } } },
      hooks: { onSuccess: [...call({ n: 1 }), ...call({}, 'report')] },
      workspaceHooks: { onSuccess: call({ n: 3 }) },
    });
    run.succeed('a');
    expect(calls(run)).toMatchObject([
      { call: 'on_success:0', action: 'tell', input: { n: 1 } },
      { call: 'on_success:1', action: 'report', calls: 'workflow' },
      { call: 'on_success:2', action: 'tell', input: { n: 3 } },
    ]);
    expect(records(run)[2]).toMatchObject({ ofWorkspace: true });
  });

  test('shows hooks how the run and its steps ended', () => {
    const run = runOf(
      {
        ...one,
        steps: { a: {}, b: { needs: 'a' } },
        hooks: {
          onFailure: call({
            text: '{{ run.workflow }} {{ run.id }} {{ run.status }} after {{ run.duration }}: {{ run.error.message }}',
            error: '{{ run.error.step }}',
            steps: '{{ steps.b.status }} ({{ steps.b.reason }})',
            input: '{{ input.x }}',
            ms: '{{ run.duration_ms }}',
            ended: '{{ run.ended_at }}',
            hook: '{{ hook }}',
          }),
        },
      },
      { x: 5 },
    );
    run.now = 63_000;
    run.fail('a', { message: 'No disk.' });
    expect(calls(run)[0]?.input).toEqual({
      text: 'main 7 failed after 1m2s: No disk.',
      error: 'a',
      steps: 'skipped (upstream_failed)',
      input: 5,
      ms: 62_000,
      ended: '1970-01-01T00:01:03.000Z',
      hook: { name: 'on_failure', reason: 'failed', step: null, prompt: null },
    });
  });

  test('is the same whatever becomes of the templates of its hooks; what is wrong is noted with its place', () => {
    const at = { file: 'a.yaml', line: 3, column: 4 };
    const run = runOf({
      ...one,
      hooks: {
        onSuccess: [...call({ x: '{{ steps.a.output.no.such }}' }), ...call({ n: 'many' }, 'strict'), ...call()],
      },
      places: { '/workflows/main/hooks/onSuccess/0/input/x': at },
    });
    run.succeed('a', { ok: true });
    expect(run.status).toBe('succeeded');
    expect(calls(run)).toMatchObject([{ call: 'on_success:2' }]);
    expect(records(run)).toMatchObject([
      { call: 'on_success:0', error: { code: 'expression', at: { line: 3 } } },
      { call: 'on_success:1', error: { code: 'invalid_input' } },
      { call: 'on_success:2' },
    ]);
    expect(records(run)[1]?.error?.message).toMatch(/^The input of strict is wrong\. .*integer/);
  });

  test('notes a hook that this version cannot execute, and the workflow runs all the same', () => {
    const run = runOf({
      ...one,
      actions: { tell: { body: { type: 'docker', image: 'alpine' } } },
      workspaceHooks: { onSuccess: call() },
    });
    run.succeed('a');
    expect(calls(run)).toEqual([]);
    expect(records(run)).toMatchObject([{ error: { code: 'not_supported_yet' } }]);
  });

  test('of a child calls the hooks of its workflow, and not those of the workspace', () => {
    const parent = { run: runId('1'), step: 0, item: -1, iteration: 0, attempt: 1 };
    const run = runOf({ ...one, hooks: all, workspaceHooks: all }, {}, { parent, depth: 1 });
    run.fail('a');
    expect(calls(run)).toMatchObject([{ call: 'on_failure:0' }]);
  });

  test.each([[{ type: 'hook', hook: 'on_failure', run: '3' }], [{ type: 'workflow', run: '4', hook: 'on_failure' }]])(
    'calls nothing when %j started it',
    (trigger) => {
      const run = runOf({ ...one, hooks: all, workspaceHooks: all }, {}, { trigger });
      run.pause();
      run.resume();
      run.fail('a');
      expect(calls(run)).toEqual([]);
      expect(records(run)).toEqual([]);
    },
  );
});

describe('the suspension of a run', () => {
  test('calls on_suspend each time that somebody pauses it', () => {
    const run = runOf({ ...one, hooks: { onSuspend: call({ why: '{{ hook.reason }}: {{ hook.prompt }}' }) } });
    run.pause('Look.');
    run.resume();
    run.pause();
    expect(calls(run)).toMatchObject([
      { call: 'on_suspend@pause-1:0', input: { why: 'paused: Look.' } },
      { call: 'on_suspend@pause-3:0', input: { why: 'paused: ' } },
    ]);
  });

  test('with its parent calls nothing: the parent does', () => {
    const run = runOf({ ...one, hooks: all });
    run.send({ type: 'parent_turned', turn: 1, paused: true, by: 'ada', reason: null });
    expect(calls(run)).toEqual([]);
  });

  test('by an approval says which step asks what, also to the workspace about a child', () => {
    const parent = { run: runId('1'), step: 0, item: -1, iteration: 0, attempt: 1 };
    const ask = { inline: { type: 'approval', prompt: 'Ship {{ input.v }}?' } } as const;
    const workspaceHooks = { onSuspend: call({ text: '{{ hook.step }}: {{ hook.prompt }} ({{ run.status }})' }) };
    const run = runOf({ steps: { ask }, actions, workspaceHooks }, { v: 2 }, { parent, depth: 1 });
    expect(calls(run)).toMatchObject([
      { call: 'on_suspend@approval-0.-1.0.1:0', input: { text: 'ask: Ship 2? (running)' } },
    ]);
  });
});
