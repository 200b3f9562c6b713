import { describe, expect, test } from 'vitest';
import { to } from '../../testing/build-plan.ts';
import { LocalDriver } from '../../testing/local-driver.ts';
import { restoreState } from '../restore-state.ts';
import { maxWorkerLosses } from '../retry.ts';

const chain = { steps: { a: {}, b: { needs: 'a', input: { of: '{{ steps.a.output }}' } }, c: { needs: 'b' } } };

/** Carries the run out to its end, whatever its steps are. */
function finishAll(run: LocalDriver): void {
  while (run.record?.ended === false) {
    run.begin();
    for (const { name } of [...run.running]) run.finish(name, name);
  }
}

describe('a local run', () => {
  test('is the work of one worker that can do what all its steps need', () => {
    const run = new LocalDriver({
      queue: 'nightly',
      steps: {
        a: { inline: { type: 'script', runtime: 'node', code: '1', input_via: 'stdin', output_format: 'text' } },
        b: { labels: ['gpu'], sharedFolder: true },
        c: { inline: { type: 'wait', for: '1s' }, labels: ['ignored'] },
      },
    });
    expect([...run.server.store.work.values()]).toMatchObject([
      {
        step: -1,
        attempt: 1,
        worker: null,
        lane: { queue: 'nightly', capability: 'local+script+shell', labels: ['gpu'] },
      },
    ]);
    expect(run.server.statuses).toBe('a:pending b:pending c:pending');
    expect(run.server.status).toBe('running');
  });

  test('goes on at its worker without asking, and the server follows what is reported', () => {
    const run = new LocalDriver(chain).lease().begin().finish('a', 7).begin();
    expect(run.running.map(({ name }) => name)).toEqual(['b']);
    expect(run.server.statuses).toBe('a:pending b:pending c:pending');
    expect(run.report()).toBeNull();
    expect(run.server.statuses).toBe('a:succeeded b:running c:pending');
    expect(run.server.step('b')).toMatchObject({ startedAt: run.now });
    run.finish('b').begin().finish('c');
    expect(run.record?.ended).toBe(true);
    expect(run.report()).toBeNull();
    expect(run.server.status).toBe('succeeded');
    expect(run.server.store.work.size + run.server.store.waits.size).toBe(0);
    const rows = [...run.server.store.attempts.values()];
    expect(rows.map(({ step, attempt, worker, input }) => [step, attempt, worker, input])).toEqual([
      [0, 1, 'w1', '{}'],
      [1, 1, 'w1', '{"of":7}'],
      [2, 1, 'w1', '{}'],
    ]);
  });

  test('takes each entry once, however often it is reported', () => {
    const run = new LocalDriver(chain).lease().begin().finish('a');
    const { from, entries } = run.record?.report() ?? { from: 0, entries: [] };
    const report = { type: 'local_progress', key: run.key, worker: run.worker, from, entries } as const;
    expect(run.server.send({ ...report, entries: entries.slice(0, 2) })).toBeNull();
    expect(run.server.send(report)).toBeNull();
    const { version, rows } = { version: run.server.state.local?.applied, rows: run.server.store.attempts.size };
    expect(run.server.send(report)).toBeNull();
    expect([run.server.state.local?.applied, run.server.store.attempts.size]).toEqual([version, rows]);
    expect(run.server.send({ ...report, from: 9 })).toMatchObject({ code: 'stale_attempt' });
  });

  test('keeps no row of an attempt that was reported as ready, and then as begun and ended at once', () => {
    const run = new LocalDriver({ steps: { a: {}, b: {} } }).lease();
    run.report();
    expect(run.server.statuses).toBe('a:ready b:ready');
    run.begin().finish('a');
    run.report();
    expect([...run.server.store.waits.values()].map(({ step, kind }) => [step, kind])).toEqual([[1, 'local']]);
    expect(run.server.statuses).toBe('a:succeeded b:running');
  });

  test('leaves the time of its waits to its worker', () => {
    const run = new LocalDriver({
      steps: {
        a: { retry: { attempts: 2, delayMs: 5_000 } },
        b: { delay: 1_000 },
        c: { inline: { type: 'wait', for: '3s' } },
      },
    });
    run.lease().begin().fail('a');
    run.report();
    expect([...run.server.store.waits.values()].map(({ kind, dueAt }) => [kind, dueAt])).toEqual([
      ['delay', null],
      ['timer', null],
      ['retry', null],
    ]);
    expect(run.record?.nextDueAt).toBe(run.now + 1_000);
    run.server.now += 5_000;
    run.record?.fireDue(run.now);
    run.begin().finish('a').finish('b');
    run.report();
    expect(run.server.statuses).toBe('a:succeeded b:succeeded c:succeeded');
  });

  test('fails by itself in a step that it cannot hold', () => {
    const run = new LocalDriver({ steps: { a: { inline: { type: 'workflow', workflow: 'x', wait: true } } } });
    run.lease();
    run.report();
    expect(run.server.state.head).toMatchObject({ status: 'failed', error: { code: 'not_in_local_run', step: 'a' } });
  });
});

describe('a local run whose worker is lost', () => {
  test('begins again from its start, and keeps the rows of the round before', () => {
    const run = new LocalDriver(chain).lease().begin().finish('a', 1).begin();
    run.report();
    run.finish('b').begin(); // never told
    expect(run.lose()).toBeNull();
    expect(run.server.statuses).toBe('a:pending b:pending c:pending');
    expect(run.ownWork).toMatchObject({ attempt: 2, worker: null });
    run.lease();
    finishAll(run);
    run.report();
    expect(run.server.status).toBe('succeeded');
    const rows = [...run.server.store.attempts.values()];
    expect(
      rows.map(({ step, iteration, attempt, status, reason, worker }) => [
        step,
        iteration,
        attempt,
        status,
        reason,
        worker,
      ]),
    ).toEqual([
      [0, 0, 1, 'succeeded', null, 'w1'],
      [1, 0, 1, 'cancelled', 'worker_lost', 'w1'],
      [0, 1, 1, 'succeeded', null, 'w2'],
      [1, 1, 1, 'succeeded', null, 'w2'],
      [2, 1, 1, 'succeeded', null, 'w2'],
    ]);
  });

  test('refuses what the lost one says', () => {
    const run = new LocalDriver(chain).lease().begin().finish('a');
    const { key, worker, record } = run;
    run.lose();
    const late = { type: 'local_progress', key, worker, ...(record?.report() ?? { from: 0, entries: [] }) } as const;
    expect(run.server.send(late)).toMatchObject({ code: 'stale_attempt' });
    run.lease();
    expect(run.server.send(late)).toMatchObject({ code: 'stale_attempt' });
    expect(run.server.send({ type: 'worker_lost', key, worker })).toMatchObject({ code: 'stale_attempt' });
  });

  test('starts its variables, joins and loops anew', () => {
    const run = new LocalDriver({
      vars: { n: 0 },
      steps: {
        count: {
          maxIterations: 3,
          next: [
            to('count', { when: 'vars.n < 2', publish: [{ n: '{{ vars.n + 1 }}' }] }),
            to('done', { when: 'vars.n >= 2' }),
          ],
        },
        done: { join: 'all' },
      },
      output: { n: '{{ vars.n }}' },
    });
    run.lease().begin().finish('count').begin().finish('count').begin();
    run.report();
    run.lose();
    run.lease();
    finishAll(run);
    run.report();
    expect([run.server.status, run.server.output]).toEqual(['succeeded', { n: 2 }]);
    expect(run.server.step('count').iterations).toBe(3);
  });

  test('counts on behind iterations beyond the most that a step may have', () => {
    // Each turn leads to `hit` twice, so it is led there more often than any step may be executed.
    const run = new LocalDriver({
      steps: { turn: { maxIterations: 3, next: [to('turn hit'), to('hit')] }, hit: { maxIterations: 1 } },
    });
    run.lease().begin();
    for (let turn = 0; turn < 3; turn += 1) {
      run.finish('turn').begin();
      run.report();
    }
    const beyond = Math.max(...[...run.server.store.attempts.values()].map(({ iteration }) => iteration));
    expect(beyond).toBeGreaterThan(4);
    run.lose();
    expect(run.server.state.local?.first).toBe(beyond + 1);
    expect(restoreState(run.plan, run.server.store.load())).toEqual(run.server.state);
  });

  test(`fails when it lost ${maxWorkerLosses + 1} workers`, () => {
    const run = new LocalDriver(chain);
    for (let losses = 0; losses <= maxWorkerLosses; losses += 1) {
      run.lease().begin();
      run.report();
      run.lose();
    }
    expect(run.server.state.head).toMatchObject({
      status: 'failed',
      error: { code: 'worker_lost', message: expect.stringContaining('Worker w4'), hint: expect.any(String) },
    });
    expect(run.server.statuses).toBe('a:cancelled(worker_lost) b:cancelled(worker_lost) c:cancelled(worker_lost)');
  });

  test('fails at once if its workflow says so', () => {
    const run = new LocalDriver({ ...chain, onWorkerLoss: 'fail' }).lease().begin().finish('a');
    run.report();
    run.lose();
    expect(run.server.state.head).toMatchObject({ status: 'failed', error: { code: 'worker_lost' } });
    expect(run.server.statuses).toBe('a:succeeded b:cancelled(worker_lost) c:cancelled(worker_lost)');
  });

  test('ends as cancelled when somebody had cancelled it', () => {
    const run = new LocalDriver(chain).lease().begin();
    run.report();
    run.server.send({ type: 'cancel', by: 'ann', reason: null, force: false });
    run.lose();
    expect(run.server.state.head).toMatchObject({ status: 'cancelled', error: { message: 'Cancelled by ann.' } });
  });

  test('whose worker could not carry it out at all fails with what that says', () => {
    const run = new LocalDriver(chain).lease();
    const error = { code: 'files_unavailable', message: 'No files.' };
    const { key, worker } = run;
    run.server.send({ type: 'attempt_finished', key, worker, result: { status: 'failed', error, durationMs: 1 } });
    expect(run.server.state.head).toMatchObject({ status: 'failed', error });
    expect(run.server.statuses).toBe('a:cancelled(run_failed) b:cancelled(run_failed) c:cancelled(run_failed)');
  });
});

describe('stopping a local run', () => {
  const cancel = { type: 'cancel', by: 'ann', reason: 'enough', force: false } as const;

  test('that no worker has ends it at once', () => {
    const run = new LocalDriver(chain);
    run.server.send(cancel);
    expect(run.server.state.head).toMatchObject({
      status: 'cancelled',
      error: { message: 'Cancelled by ann: enough' },
    });
    expect(run.ownWork).toBeUndefined();
  });

  test('asks its worker, which says in its record what came of it', () => {
    const run = new LocalDriver(chain).lease().begin();
    run.report();
    run.server.send(cancel);
    expect(run.server.last.workCancelled).toEqual([run.key]);
    expect(run.server.status).toBe('running');
    // It has not heard of it yet.
    run.finish('a').begin();
    expect(run.report()).toBeNull();
    expect(run.server.statuses).toBe('a:succeeded b:running c:pending');
    run.record?.stop(false, run.now);
    const [b] = run.running;
    expect(b && run.record?.standing(b.key)).toBe('stopping');
    run.end('b', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 });
    run.report();
    expect(run.server.state.head).toMatchObject({
      status: 'cancelled',
      error: { message: 'Cancelled by ann: enough' },
    });
    expect(run.server.statuses).toBe('a:succeeded b:cancelled(run_cancelled) c:cancelled(run_cancelled)');
    expect(run.server.store.waits.size).toBe(0);
  });

  test('ends it as cancelled even if its worker had ended it before it heard', () => {
    const run = new LocalDriver({ steps: { a: {} } }).lease().begin().finish('a');
    run.server.send(cancel);
    run.report();
    expect([run.server.status, run.server.statuses]).toEqual(['cancelled', 'a:succeeded']);
    expect(run.server.store.waits.size).toBe(0);
  });

  test('by force, or when its grace is over, does not wait for the worker', () => {
    for (const command of [
      { ...cancel, force: true },
      { type: 'timer_fired', key: { step: -1, item: -1, iteration: 0, attempt: 0 }, kind: 'cancel_grace' } as const,
    ]) {
      const run = new LocalDriver(chain).lease().begin();
      run.report();
      run.server.send(cancel);
      expect(run.server.send(command)).toBeNull();
      expect(run.server.status).toBe('cancelled');
      expect(run.server.store.work.size + run.server.store.waits.size).toBe(0);
      expect(run.finish('a').report()).toMatchObject({ code: 'run_ended' });
    }
  });

  test('happens at its timeout, which its worker keeps itself', () => {
    const run = new LocalDriver({ timeoutMs: 60_000, ...chain }).lease().begin();
    run.server.now += 60_000;
    run.record?.fireDue(run.now);
    run.end('a', { status: 'cancelled', error: { code: 'cancelled', message: 'Stopped.' }, durationMs: 1 });
    run.report();
    expect(run.server.status).toBe('timed_out');
    expect(run.server.statuses).toBe(
      'a:cancelled(run_timed_out) b:cancelled(run_timed_out) c:cancelled(run_timed_out)',
    );
    expect(run.server.store.waits.size).toBe(0);
  });

  test('happens at its timeout when no worker has it, or its worker says nothing', () => {
    const fired = {
      type: 'timer_fired',
      key: { step: -1, item: -1, iteration: 0, attempt: 0 },
      kind: 'run_timeout',
    } as const;
    const idle = new LocalDriver({ timeoutMs: 60_000, ...chain });
    idle.server.send(fired);
    expect(idle.server.status).toBe('timed_out');
    const silent = new LocalDriver({ timeoutMs: 60_000, ...chain }).lease();
    silent.server.send(fired);
    expect([silent.server.status, silent.server.last.workCancelled]).toEqual(['running', [silent.key]]);
    silent.server.send({ ...fired, kind: 'cancel_grace' });
    expect(silent.server.status).toBe('timed_out');
  });
});

test('a local run cannot be paused, and says why', () => {
  const run = new LocalDriver(chain).lease();
  expect(run.server.send({ type: 'pause', by: 'ann', reason: null })).toMatchObject({ code: 'not_pausable' });
  expect(run.server.send({ type: 'resume', by: 'ann' })).toMatchObject({ code: 'not_paused' });
});

test('a record that does not follow from the plan ends the run', () => {
  const run = new LocalDriver(chain).lease();
  run.report();
  const key = { step: 2, item: -1, iteration: 0, attempt: 1 };
  const entries = [{ at: run.now, command: { type: 'attempt_began', key } as const }];
  run.server.send({ type: 'local_progress', key: run.key, worker: run.worker, from: 1, entries });
  expect(run.server.state.head).toMatchObject({ status: 'failed', error: { code: 'local_diverged' } });
});
