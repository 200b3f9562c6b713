import { describe, expect, test } from 'vitest';
import { runOf } from '../testing/run-driver.ts';
import { deciding } from './deciding.ts';
import { findTask } from './find-task.ts';
import { launchAgain } from './launch-again.ts';
import { restoreState } from './restore-state.ts';

const paused = { at: 1_000, by: 'ada', reason: null };

describe('the gate of a paused run', () => {
  test('holds what would be launched: first attempts, retries and what a timer lets begin', () => {
    const run = runOf({
      steps: {
        a: {},
        b: { needs: 'a' },
        c: { retry: { attempts: 2, delayMs: 10 } },
        d: { delay: 50 },
        e: { inline: { type: 'wait', for: '1m' }, needs: 'a' },
      },
    });
    run.state.paused = paused;
    run.succeed('a');
    run.fail('c');
    run.fire('c', 'retry');
    run.fire('d', 'delay');
    expect(run.statuses).toBe('a:succeeded b:waiting c:waiting d:waiting e:waiting');
    expect([...run.store.waits.values()].map(({ kind, dueAt }) => [kind, dueAt])).toEqual([
      ['held', null],
      ['held', null],
      ['held', null],
      ['held', null],
    ]);
    expect(run.store.work.size).toBe(0);
    expect(restoreState(run.plan, run.store.load()).steps).toEqual(run.state.steps);
  });

  test('is asked first, whatever gate a task has passed, and lets it pass when the pause is over', () => {
    const run = runOf({ steps: { a: {}, b: { needs: 'a' } } });
    run.state.paused = paused;
    run.succeed('a');
    for (const [pause, doing] of [
      [paused, 'held'],
      [null, 'work'],
    ] as const) {
      run.state.paused = pause;
      const decision = deciding(run.plan, run.state, run.now);
      const found = findTask(decision, run.wait('b', 'held'), 'held');
      if (found === null) throw new Error('Nothing is held.');
      launchAgain(decision, found);
      expect(found.task.doing).toBe(doing);
    }
  });
});
