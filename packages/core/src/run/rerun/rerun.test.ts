import { describe, expect, test } from 'vitest';
import { planOf, to, type WorkflowText } from '../../testing/build-plan.ts';
import { RunDriver, runOf } from '../../testing/run-driver.ts';
import { runId } from '../../values/ids.ts';
import type { Json, JsonObject } from '../../values/json.ts';
import { isRunEnd } from '../status.ts';
import { keepResults } from './kept-results.ts';
import { readReused } from './reused-input.ts';
import type { StartingPoint } from './starting-point.ts';

const failed: StartingPoint = { type: 'failed' };
const step = (name: string, ...items: number[]): StartingPoint => ({
  type: 'step',
  step: name,
  items: items.length === 0 ? null : items,
});

/** A new run of `before`'s workflow (or of another text) that takes over what it may. */
function rerun(
  before: RunDriver,
  from: readonly StartingPoint[],
  options: Readonly<{ input?: JsonObject; text?: WorkflowText; id?: string }> = {},
): RunDriver {
  const plan = options.text === undefined ? before.plan : planOf(options.text);
  const loaded = before.store.load();
  const kept = keepResults(plan, { plan: before.plan, loaded }, from);
  const origin = { id: runId(options.id ?? '70'), rerunOf: { run: runId('7'), from } };
  return new RunDriver(plan, options.input ?? (JSON.parse(loaded.run.input) as JsonObject), origin, kept, 90_000);
}

const open = (run: RunDriver): string =>
  [...run.store.work.values()]
    .map((row) => `${run.plan.plan.steps[row.step]?.name}${row.item < 0 ? '' : `:${row.item}`}`)
    .join(' ');

describe('a re-run from what failed', () => {
  const chain: WorkflowText = { steps: { a: {}, b: { needs: 'a' }, c: { needs: 'b' }, side: {} } };

  test('keeps what succeeded, runs what failed, and then what is behind it', () => {
    const before = runOf(chain);
    before.succeed('side', 's');
    before.succeed('a', { n: 1 });
    before.fail('b');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:succeeded(reused) b:ready c:pending side:succeeded(reused)');
    run.succeed('b', 2);
    run.succeed('c', 3);
    expect(run.status).toBe('succeeded');
    expect(run.step('a')).toMatchObject({ output: { n: 1 }, attempts: 0, startedAt: null, endedAt: 90_000 });
  });

  test('names the attempt whose result it took over, across several re-runs', () => {
    const before = runOf({ steps: { a: { retry: { attempts: 3 } }, b: { needs: 'a' } } });
    before.fail('a');
    before.succeed('a', 'second');
    before.fail('b');
    const again = rerun(rerunAndFail(before), [failed], { id: '71' });
    const row = [...again.store.attempts.values()].find(({ step: number }) => number === 0);
    expect(row).toMatchObject({ attempt: 0, reason: 'reused', output: '"second"', worker: null });
    expect(readReused(row?.input ?? '')).toEqual({ run: '7', attempt: 2 });

    function rerunAndFail(first: RunDriver): RunDriver {
      const run = rerun(first, [failed]);
      run.fail('b');
      return run;
    }
  });

  test('runs what was cancelled, and what never began', () => {
    const before = runOf({ steps: { a: {}, b: {}, c: { needs: 'b' } } });
    before.succeed('a');
    before.cancel(true);
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:succeeded(reused) b:ready c:pending');
  });

  test('keeps a failure that is tolerated', () => {
    const before = runOf({ steps: { a: { continueOnFailure: true }, b: { needs: 'a' } } });
    before.fail('a', { message: 'Never mind.' });
    before.fail('b');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:failed(reused) b:ready');
    expect(run.step('a').error?.message).toBe('Never mind.');
  });

  test('runs clean-up steps again that ran because of a failure', () => {
    const text: WorkflowText = { steps: { a: {}, b: { needs: 'a' }, clean: { needs: 'b', when: 'always()' } } };
    const before = runOf(text);
    before.succeed('a');
    before.fail('b');
    before.succeed('clean');
    const run = rerun(before, [failed]);
    expect(open(run)).toBe('b');
    run.succeed('b');
    expect(open(run)).toBe('clean');
  });

  test('does not wait for the delay of a step that is kept, but for that of one that runs again', () => {
    const text: WorkflowText = { steps: { a: { delay: 500 }, b: { needs: 'a', delay: 700 } } };
    const before = runOf(text);
    before.fire('a', 'delay');
    before.succeed('a');
    before.fire('b', 'delay');
    before.fail('b');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:succeeded(reused) b:waiting');
    expect(run.wait('b', 'delay').dueAt).toBe(90_700);
  });

  test('fails again where nothing can be kept that did not fail the run', () => {
    const before = runOf({ steps: { a: {} }, output: '{{ input.no.such }}' });
    before.succeed('a');
    expect(before.status).toBe('failed');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:succeeded(reused)');
    expect(run.status).toBe('failed');
  });

  test('starts a child run that failed again from what failed in it', () => {
    const text: WorkflowText = {
      steps: { a: { inline: { type: 'workflow', workflow: 'inner', wait: true } } },
      others: { inner: { steps: { x: {} } } },
    };
    const before = runOf(text);
    const key = before.wait('a', 'child');
    before.send({
      type: 'child_ended',
      key,
      child: runId('55'),
      status: 'failed',
      output: null,
      error: { code: 'x', message: 'No.' },
    });
    expect(rerun(before, [failed]).last.outbox).toMatchObject([{ kind: 'start_child', rerunOf: '55' }]);
    expect(rerun(before, [step('a')]).last.outbox).not.toMatchObject([{ rerunOf: '55' }]);
  });
});

describe('a re-run from a step', () => {
  const diamond: WorkflowText = {
    steps: { a: {}, b: { needs: 'a' }, c: { needs: 'a' }, d: { needs: 'b c' }, e: { needs: 'c' } },
  };
  const done = () => {
    const run = runOf(diamond);
    for (const name of ['a', 'b', 'c', 'd', 'e']) run.succeed(name, name);
    return run;
  };

  test('runs it and what is behind it', () => {
    const run = rerun(done(), [step('b')]);
    expect(run.statuses).toBe('a:succeeded(reused) b:ready c:succeeded(reused) d:pending e:succeeded(reused)');
    run.succeed('b', 'new');
    expect(open(run)).toBe('d');
  });

  test('may have several starting points', () => {
    expect(open(rerun(done(), [step('b'), step('e')]))).toBe('b e');
  });

  test('from the start, runs everything', () => {
    const run = rerun(done(), [{ type: 'start' }]);
    expect(run.statuses).toBe('a:ready b:pending c:pending d:pending e:pending');
  });

  test('keeps what stands before it even with another input, which later steps read', () => {
    const text: WorkflowText = { steps: { a: {}, b: { needs: 'a', input: { x: '{{ input.x }}' } } } };
    const before = runOf(text, { x: 1 });
    before.succeed('a');
    before.succeed('b');
    const run = rerun(before, [step('b')], { input: { x: 2 } });
    expect(run.input('b')).toEqual({ x: 2 });
    expect(run.step('a').reason).toBe('reused');
  });

  test('runs what is behind a step that another input skips', () => {
    const text: WorkflowText = {
      steps: { a: {}, b: { when: 'input.b' }, c: { needs: 'a b' }, d: { needs: 'a' } },
    };
    const before = runOf(text, { b: true });
    for (const name of ['a', 'b', 'c', 'd']) before.succeed(name);
    const run = rerun(before, [step('d')], { input: { b: false } });
    expect(run.statuses).toBe('a:succeeded(reused) b:skipped(condition_false) c:ready d:ready');
  });
});

describe('a re-run with another plan', () => {
  const text: WorkflowText = { steps: { a: {}, b: { needs: 'a' } } };
  const done = () => {
    const run = runOf(text);
    run.succeed('a', 1);
    run.succeed('b', 2);
    return run;
  };

  test('tells steps by their names', () => {
    const later: WorkflowText = { steps: { first: {}, b: { needs: 'a' }, a: {} } };
    const run = rerun(done(), [{ type: 'failed' }], { text: later });
    expect(run.statuses).toBe('first:ready b:succeeded(reused) a:succeeded(reused)');
  });

  test('runs what is behind a new step', () => {
    const later: WorkflowText = { steps: { a: {}, between: { needs: 'a' }, b: { needs: 'between' } } };
    const run = rerun(done(), [{ type: 'failed' }], { text: later });
    expect(run.statuses).toBe('a:succeeded(reused) between:ready b:pending');
  });

  test('keeps a step whose action is another one, unless changed steps are starting points', () => {
    const later: WorkflowText = { steps: { a: { inline: { type: 'shell', cmd: 'false' } }, b: { needs: 'a' } } };
    expect(rerun(done(), [step('b')], { text: later }).statuses).toBe('a:succeeded(reused) b:ready');
    expect(rerun(done(), [{ type: 'changed' }], { text: later }).statuses).toBe('a:ready b:pending');
  });

  test('keeps nothing of a step that has items now', () => {
    const later: WorkflowText = { steps: { a: { forEach: 2 }, b: { needs: 'a' } } };
    expect(open(rerun(done(), [failed], { text: later }))).toBe('a:0 a:1');
  });
});

describe('a re-run of a for-each', () => {
  const text: WorkflowText = {
    steps: { a: { forEach: 'input.list', itemConcurrency: 2, input: { x: '{{ item }}' } }, b: { needs: 'a' } },
  };
  const list = ['p', 'q', 'r', 's', 't'];
  /** Item 1 failed. */
  function before(more: Partial<WorkflowText['steps'][string]> = {}): RunDriver {
    const run = runOf({ steps: { ...text.steps, a: { ...text.steps.a, ...more } } }, { list });
    for (let item = 0; item < list.length; item++) {
      if (item === 1) run.fail('a', {}, item);
      else run.succeed('a', `out ${item}`, item);
    }
    return run;
  }

  test('runs the items that failed and keeps the others, however few may run at once', () => {
    const run = rerun(before(), [failed]);
    expect(open(run)).toBe('a:1');
    expect(run.step('a').items).toEqual({ total: 5, pending: 0, open: 1, succeeded: 4, failed: 0, cancelled: 0 });
    run.succeed('a', 'new', 1);
    expect(run.step('a').output).toEqual(['out 0', 'new', 'out 2', 'out 3', 'out 4']);
    expect(open(run)).toBe('b');
  });

  test('keeps all of it when it succeeded', () => {
    const done = before({ onItemFailure: 'ignore' });
    done.fail('b');
    const run = rerun(done, [failed]);
    expect(open(run)).toBe('b');
    expect(run.step('a')).toMatchObject({ status: 'succeeded', items: { succeeded: 4, failed: 1 } });
  });

  test('runs the items that were asked for, and the step behind', () => {
    const done = before({ onItemFailure: 'ignore' });
    done.succeed('b');
    const run = rerun(done, [step('a', 0, 3)]);
    expect(open(run)).toBe('a:0 a:3');
    run.succeed('a', 'x', 0);
    run.succeed('a', 'y', 3);
    expect(run.step('a').output).toEqual(['x', null, 'out 2', 'y', 'out 4']);
    expect(open(run)).toBe('b');
  });

  test('runs items whose value is another one, and what is behind it', () => {
    const done = before({ onItemFailure: 'ignore' });
    done.succeed('b');
    const changed = rerun(done, [failed], { input: { list: ['p', 'q', 'R', 's', 't', 'u'] } });
    expect(open(changed)).toBe('a:2 a:5');
    const shorter = rerun(done, [failed], { input: { list: ['p', 'q'] } });
    expect(shorter.step('a')).toMatchObject({ status: 'succeeded', output: ['out 0', null] });
    expect(open(shorter)).toBe('b');
  });

  describe('whose failed item stopped the others', () => {
    /** Item 0 succeeded, item 1 failed, items 2 and 3 were stopped (2 was held by a worker), item 4 never started. */
    function stopped(onItemFailure: 'stop' | 'finish' = 'stop', continueOnFailure = true): RunDriver {
      const a = { forEach: 'input.list', itemConcurrency: 4, onItemFailure, continueOnFailure } as const;
      const run = runOf({ steps: { a, b: { needs: 'a' } } }, { list });
      run.lease('a', 2);
      run.succeed('a', 'out 0', 0);
      run.fail('a', {}, 1);
      run.finish('a', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 5 }, 2);
      return run;
    }

    test('keeps all of it where the failure is tolerated: what never started does not start now', () => {
      const done = stopped();
      expect(done.step('a').items).toEqual({ total: 5, pending: 0, open: 0, succeeded: 1, failed: 1, cancelled: 3 });
      done.fail('b');
      const run = rerun(done, [failed]);
      expect(open(run)).toBe('b');
      const { status, reason, error, items } = done.step('a');
      expect(run.step('a')).toMatchObject({ status, reason, error, items });
      // And so does a re-run of the re-run.
      run.fail('b');
      const again = rerun(run, [failed], { id: '71' });
      expect(open(again)).toBe('b');
      expect(again.step('a')).toMatchObject({ status, reason, error, items });
      const source = [...again.store.attempts.values()].find(({ item }) => item === 2);
      expect(source).toMatchObject({ status: 'cancelled', reason: 'reused', error: { message: 'Stopped.' } });
      expect(readReused(source?.input ?? '')).toEqual({ run: '7', attempt: 1 });
    });

    test('runs all items again that did not succeed where the failure is not tolerated', () => {
      const run = rerun(stopped('stop', false), [failed]);
      expect(open(run)).toBe('a:1 a:2 a:3 a:4');
    });

    test('runs the failed item again with any other: kept, it would stop what is to run', () => {
      const done = stopped();
      done.succeed('b');
      expect(open(rerun(done, [step('a', 4)]))).toBe('a:1 a:2 a:3 a:4');
      expect(open(rerun(done, [step('a', 3)]))).toBe('a:1 a:2 a:3 a:4');
      const changed = rerun(done, [failed], { input: { list: ['p', 'q', 'r', 's', 'T'] } });
      expect(open(changed)).toBe('a:1 a:2 a:3 a:4');
    });
  });

  test('is restored from its rows with items taken over beyond those that started', () => {
    const run = runOf({ steps: { a: { forEach: 6, itemConcurrency: 1 } } });
    run.succeed('a', 0, 0);
    run.fail('a', {}, 1);
    run.fail('a', {}, 2);
    for (const item of [3, 4, 5]) run.succeed('a', item, item);
    const again = rerun(run, [failed]);
    expect(open(again)).toBe('a:1');
    expect(again.step('a').items).toMatchObject({ pending: 1, open: 1, succeeded: 4 });
    again.succeed('a', 1, 1);
    expect(open(again)).toBe('a:2');
    again.succeed('a', 2, 2);
    expect(again.status).toBe('succeeded');
  });
});

describe('a re-run with transitions', () => {
  test('goes the way that it went: loops, variables and joins', () => {
    const text: WorkflowText = {
      vars: { n: 0 },
      steps: {
        init: { next: [to('work')] },
        work: { next: [to('check', { publish: [{ n: '{{ vars.n + 1 }}' }] })] },
        check: { next: [to('work', { when: 'vars.n < 3' }), to('last', { when: 'vars.n >= 3' })] },
        last: { input: { n: '{{ vars.n }}' } },
      },
    };
    const before = runOf(text);
    before.succeed('init');
    for (let turn = 0; turn < 3; turn++) {
      before.succeed('work', turn);
      before.succeed('check');
    }
    before.fail('last');
    const run = rerun(before, [failed]);
    expect(open(run)).toBe('last');
    expect(run.input('last')).toEqual({ n: 3 });
    expect(run.step('work')).toMatchObject({ iterations: 3, output: 2, reason: 'reused' });
    run.succeed('last');
    expect(run.status).toBe('succeeded');
  });

  test('goes on in the middle of a loop', () => {
    const text: WorkflowText = {
      vars: { n: 0 },
      steps: {
        init: { next: [to('work')] },
        work: { next: [to('work', { when: 'vars.n < 3', publish: [{ n: '{{ vars.n + 1 }}' }] })] },
      },
    };
    const before = runOf(text);
    before.succeed('init');
    before.succeed('work', 'one');
    before.fail('work');
    before.succeed('work');
    before.cancel();
    const run = rerun(before, [step('init')]);
    expect(open(run)).toBe('init');
    const middle = rerun(before, [failed]);
    expect(middle.step('work').iterations).toBe(4);
  });

  test('lets variables be published in the order in which they were', () => {
    const text: WorkflowText = {
      vars: { last: '' },
      steps: {
        a: { next: [to('', { publish: [{ last: 'a' }] })] },
        b: { next: [to('', { publish: [{ last: 'b' }] })] },
        c: { needs: 'a b', input: { last: '{{ vars.last }}' } },
      },
    };
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const before = runOf(text);
      for (const name of order) {
        before.now += 10;
        before.succeed(name);
      }
      before.fail('c');
      expect(rerun(before, [failed]).input('c')).toEqual({ last: order[1] });
    }
  });

  test.each(['a', 'b'])('lets variables be published in that order also in the re-run of a re-run: %s last', (last) => {
    const text: WorkflowText = {
      vars: { last: 'none' },
      steps: {
        start: { next: [to('a'), to('b')] },
        a: { next: [to('c', { publish: [{ last: 'a' }] })] },
        b: { next: [to('c', { publish: [{ last: 'b' }] })] },
        c: { join: 'all', input: { last: '{{ vars.last }}' } },
      },
    };
    const before = runOf(text);
    before.succeed('start');
    before.now = 2_000;
    before.succeed(last === 'a' ? 'b' : 'a');
    before.now = 3_000;
    before.succeed(last);
    before.fail('c');
    const again = rerun(before, [failed]);
    expect(again.input('c')).toEqual({ last });
    again.fail('c');
    expect(rerun(again, [failed], { id: '71' }).input('c')).toEqual({ last });
  });

  test('takes over what ended as it was entered before anything else is entered', () => {
    const ways: WorkflowText = {
      vars: { by: 'nobody' },
      steps: {
        tell: {
          inline: { type: 'emit', event: 'told', payload: {} },
          next: [to('after', { publish: [{ by: 'tell' }] })],
        },
        other: { when: "vars.by == 'tell'", next: [to('after')] },
        after: { join: 'all' },
        last: { needs: 'after' },
      },
    };
    const before = runOf(ways);
    before.succeed('other');
    before.succeed('after');
    before.fail('last');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('tell:succeeded(reused) other:succeeded(reused) after:succeeded(reused) last:ready');
    run.fail('last');
    expect(rerun(run, [failed], { id: '71' }).statuses).toBe(run.statuses.replace('last:failed', 'last:ready'));
  });

  test('keeps a failure that a transition handled', () => {
    const text: WorkflowText = {
      steps: { a: { next: [to('mend', { when: 'failed()' })] }, mend: { next: [to('after')] }, after: {} },
    };
    const before = runOf(text);
    before.fail('a');
    before.succeed('mend');
    before.fail('after');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:failed(reused) mend:succeeded(reused) after:ready');
    run.succeed('after');
    expect(run.status).toBe('succeeded');
  });

  test('runs a step again that led to `fail`, whether it succeeded or not', () => {
    const text: WorkflowText = {
      steps: { a: { next: [to('b')] }, b: { next: [to('fail', { when: 'result() == "bad"' }), to('c')] }, c: {} },
    };
    const before = runOf(text);
    before.succeed('a');
    before.succeed('b', 'bad');
    before.succeed('c');
    expect(before.status).toBe('failed');
    const run = rerun(before, [failed]);
    expect(run.statuses).toBe('a:succeeded(reused) b:ready c:pending');
    run.succeed('b', 'good');
    expect(open(run)).toBe('c');
  });

  test('runs a whole for-each again that led to `fail` although it succeeded, or the items that did not succeed', () => {
    const text: WorkflowText = {
      steps: {
        a: {
          forEach: 3,
          onItemFailure: 'ignore',
          next: [to('fail', { when: 'result() != [0, 1, 2]' }), to('b')],
        },
        b: {},
      },
    };
    const one = runOf(text);
    one.succeed('a', 0, 0);
    one.fail('a', {}, 1);
    one.succeed('a', 2, 2);
    one.succeed('b');
    expect(open(rerun(one, [failed]))).toBe('a:1');
    const all = runOf(text);
    for (const item of [0, 1, 2]) all.succeed('a', 7, item);
    all.succeed('b');
    expect(open(rerun(all, [failed]))).toBe('a:0 a:1 a:2');
  });

  test('does not take the second coming of a step for its first', () => {
    const text: WorkflowText = { steps: { x: { next: [to('y')] }, z: { next: [to('y')] }, y: {} } };
    const before = runOf(text);
    before.succeed('x');
    before.succeed('y', 'because of x');
    before.now += 10;
    before.succeed('z');
    before.succeed('y', 'because of z');
    const run = rerun(before, [step('x')]);
    expect(open(run)).toBe('x y');
    expect(run.step('z').reason).toBe('reused');
  });

  test('ends as it ended when nothing is to be run again', () => {
    const text: WorkflowText = {
      steps: { a: { next: [to('b c')] }, b: { next: [to('d')] }, c: { next: [to('d')] }, d: { join: 'all' } },
      output: '{{ steps.d.output }}',
    };
    const before = runOf(text);
    for (const name of ['a', 'c', 'b']) before.succeed(name);
    before.succeed('d', { ok: true } as Json);
    const run = rerun(before, [failed]);
    expect(isRunEnd(run.state.head.status)).toBe(true);
    expect(run.output).toEqual({ ok: true });
  });
});
