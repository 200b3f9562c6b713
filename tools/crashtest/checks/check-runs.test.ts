// The crash test's audit has to notice: histories that are right, and what may go wrong with each.
import { eventId, type LoadedRun, runId, type StoredEvent } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { hookStartKey } from '../../../packages/engine/src/outbox/hook-start-key.ts';
import { checkRate, checkSlots, type SlotRow } from '../slot-watch.ts';
import { parseLedger } from '../workload.ts';
import { checkRated } from './check-limits.ts';
import { checkRuns } from './check-runs.ts';
import type { Histories } from './histories.ts';
import { attempt, done, historiesOf, ledgerOf, logsOf, lost, runOf, settled } from './some-histories.ts';

const found = (histories: Histories): string => checkRuns(histories).join('\n');

describe('the audit of starts, rows and bodies', () => {
  const good = [done('7', 0, 1), lost(1, 1), done('7', 1, 2, { attempt: 2 }), done('7', 2, 3)];
  const chain = (attempts = good, own: Partial<LoadedRun['run']> = {}) =>
    runOf('7', 'chain', attempts, { output: '{"n":3}', ...own });
  const acknowledged = [{ key: 'start-7', run: '7', shape: 'chain', n: 0 }];
  const ofLost = {
    ...ledgerOf([runOf('7', 'chain', [done('7', 1, 2)])])[0],
    endedAt: null,
  } as Histories['ledger'][number];
  const ledger = [...ledgerOf([chain()]), ofLost];
  const check = (runs: readonly LoadedRun[], own: Partial<Histories> = {}) =>
    found(historiesOf(runs, { acknowledged, ledger, ...own }));

  test('finds nothing where nothing is wrong', () => {
    expect(check([chain()])).toBe('');
  });

  test('accepts a run that failed by the third loss of a worker, and no other failure', () => {
    const failed = { status: 'failed', output: null } as const;
    const given = [done('7', 0, 1), lost(1, 1), lost(1, 2), lost(1, 3, true), settled(2, { status: 'skipped' })];
    expect(check([chain(given, failed)])).toBe('');
    expect(check([chain([done('7', 0, 1), lost(1, 1), lost(1, 2, true)], failed)])).toMatch(/is failed/);
    expect(check([chain(good, failed)])).toMatch(/is failed/);
  });

  const stale = attempt(1, 2, { output: JSON.stringify({ n: 2, nonce: '7.1.-1.1' }) });
  const unmeant = attempt(1, 1, { status: 'failed', final: false });
  const twice = { ...ofLost, attempt: 2, nonce: 'again' };
  const wait = { step: 0, iteration: 0, item: -1, attempt: 1, kind: 'retry', dueAt: 1, document: null } as const;
  test.each<[string, readonly LoadedRun[], Partial<Histories>, RegExp]>([
    ['a lost run', [], {}, /acknowledged and is lost/],
    ['a run that goes on', [chain(good, { status: 'running', endedAt: null })], {}, /has not ended/],
    ['a wrong output', [chain(good, { output: '{"n":4}' })], {}, /expected 3/],
    ['a wrong start key', [chain(good, { startKey: 'start-2' })], {}, /start key start-2/],
    ['a run nobody started', [chain(), runOf('8', 'chain', [])], {}, /Run 8 .* no acknowledgement/],
    ['a cancelled run that nobody may cancel', [chain(good, { status: 'cancelled' })], {}, /is cancelled/],
    ['two ends of a step', [chain([...good, attempt(2, 2)])], {}, /2 final attempts/],
    ['a hole', [chain([done('7', 0, 1), lost(1, 1), attempt(1, 3), done('7', 2, 3)])], {}, /attempts are 1, 3/],
    ['a result of a lost attempt', [chain([done('7', 0, 1), lost(1, 1), stale, done('7', 2, 3)])], {}, /result is of/],
    [
      'a failure that no body made',
      [chain([done('7', 0, 1), unmeant, done('7', 1, 2, { attempt: 2 }), done('7', 2, 3)])],
      {},
      /1 attempts were used up/,
    ],
    ['a result of no body', [chain()], { ledger: ledger.slice(1) }, /written by no body/],
    ['a body that ran twice for one attempt', [chain()], { ledger: [...ledger, twice] }, /ran 2 times/],
    [
      'a body of an unknown run',
      [chain()],
      { ledger: [...ledger, { ...ofLost, run: '9', nonce: 'x' }] },
      /there is no such run/,
    ],
    ['a wait that is left', [{ ...chain(), waits: [wait] }], {}, /1 waits/],
  ])('notices %s', (_what, runs, own, text) => {
    expect(check(runs, own)).toMatch(text);
  });

  test('notices a log with a hole, with a line twice, and one that is not whole', () => {
    const logs = logsOf(ledger);
    expect(check([chain()], { logs: logs.slice(0, -2) })).toBe('');
    expect(check([chain()], { logs: logs.filter((_, at) => at !== 0) })).toMatch(
      /log of 7\/a\/0\/-1\/1 has the lines 2/,
    );
    expect(check([chain()], { logs: logs.filter((_, at) => at !== 1) })).toMatch(/7\/a\/0\/-1\/1 is not whole/);
    expect(check([chain()], { logs: [...logs.slice(0, 1), ...logs] })).toMatch(/has the lines 1.*1.*2/);
    const strange = logs.map((line) => ({ ...line, text: line.text.replace('7.0.-1.1', 'other') }));
    expect(check([chain()], { logs: strange })).toMatch(/7\/a\/0\/-1\/1 is not whole/);
  });

  test('notices a body that began while its run was paused, unless a worker had the attempt before', () => {
    const at = (from: number, to: number, held: readonly string[] = []) =>
      check([chain()], { pauses: [{ run: '7', from, to, held }] });
    expect(at(11, 99)).toBe('');
    expect(at(1, 9)).toBe('');
    expect(at(9, 11)).toMatch(/Run 7 was paused from 9 to 11, and the body of 7\/a\/0\/-1\/1 began at 10/);
    expect(at(9, 11, ['0 0 -1 1', '1 0 -1 1', '1 0 -1 2', '2 0 -1 1'])).toBe('');
    expect(at(9, 11, ['0 0 -1 1', '1 0 -1 1', '2 0 -1 1'])).toMatch(/the body of 7\/b\/0\/-1\/2 began/);
  });

  test('notices children of one attempt, and one that ended otherwise than its parent knows', () => {
    const parent = runOf('7', 'nest', [settled(1, { attempt: 1, output: '{"n":1}' })], { output: '{"n":7}' });
    const child = (id: string, output: string) =>
      runOf(id, 'tiny', [], {
        output,
        depth: 1,
        parent: { run: runId('7'), step: 1, iteration: 0, item: -1, attempt: 1 },
      });
    const of = (...children: readonly LoadedRun[]) =>
      check([parent, ...children], { acknowledged: [{ key: 'start-7', run: '7', shape: 'nest', n: 0 }], ledger: [] });
    expect(of(child('8', '{"n":1}'))).toBe('');
    expect(of(child('8', '{"n":1}'), child('9', '{"n":1}'))).toMatch(/has 2 children: 8, 9/);
    expect(of(child('8', '{"n":2}'))).toMatch(/its parent knows succeeded {"n":1}/);
  });

  test('reads the ends of bodies from the ledger', () => {
    const [line] = parseLedger('7 a -1 0 1 4 12-1700000000000000000\nend 12-1700000000000000000 1700000000250000000\n');
    expect(line).toMatchObject({ run: '7', step: 'a', n: '4', beganAt: 1_700_000_000_000, endedAt: 1_700_000_000_250 });
    expect(parseLedger('7 a -1 0 1 4 12-1700000000000000000')[0]?.endedAt).toBeNull();
  });
});

describe('the audit of what people do', () => {
  test('notices an answer that was taken and is not recorded, or otherwise', () => {
    const acknowledged = [{ key: 'start-7', run: '7', shape: 'asked', n: 0 }];
    const check = (given: readonly unknown[]) => {
      const asked = attempt(1, 1, { worker: null, output: JSON.stringify({ approved: true, answers: given }) });
      const run = runOf('7', 'asked', [asked], { output: '{"n":1}' });
      return found(historiesOf([run], { acknowledged, answers: [{ run: '7', by: 'ann', n: 4 }] }));
    };
    const said = { by: 'ann', decision: 'approve', values: { n: 4 } };
    expect(check([said, { ...said, by: 'bob' }])).toBe('');
    expect(check([])).toMatch(/ann approved run 7 with 4; recorded is \[\]/);
    expect(check([said, said])).toMatch(/recorded is/);
    expect(check([{ ...said, values: { n: 5 } }])).toMatch(/recorded is/);
  });

  test('notices what becomes of cancelled runs', () => {
    const cancel = { at: 100, by: 'bulk', reason: null, kind: 'cancel' };
    const run = (status: 'cancelled' | 'succeeded', attempts = [done('7', 0, 0, { item: 0 })]) =>
      runOf('7', 'bulky', attempts, {
        status,
        output: '{"n":3}',
        control: JSON.stringify({ cancel, hooks: hooksOf(status) }),
      });
    const hooksOf = (status: string) =>
      status === 'cancelled' ? [{ hook: 'on_cancel', action: 'tiny', call: 'on_cancel:0', ofWorkspace: true }] : [];
    const hook = runOf('8', 'tiny', [], {
      startKey: hookStartKey(runId('7'), 'on_cancel:0'),
      trigger: { type: 'hook' },
    });
    const acknowledged = [{ key: 'start-7', run: '7', shape: 'bulky', n: 0 }];
    const check = (loaded: LoadedRun, at = 10) =>
      found(historiesOf([loaded, hook], { acknowledged, cancelled: new Set(['7']), ledger: ledgerOf([loaded], at) }));
    expect(check(run('cancelled'))).toBe('');
    expect(check(run('succeeded'))).toMatch(/Run 7 was cancelled, and is succeeded/);
    expect(check(run('cancelled'), 20_000)).toMatch(
      /cancelled at 100, and the body of each, attempt 1, began at 20000/,
    );
  });

  test('notices that a run made way for an older one, or for none, and one that was retried otherwise', () => {
    const newest = (
      id: string,
      by: string | null = null,
      message = `Run ${by} took its place in the line.`,
      own: Partial<LoadedRun['run']> = {},
    ) => {
      const error = { code: message.startsWith('Run') ? 'concurrency_superseded' : 'run_cancelled', message };
      const hooks = [{ hook: 'on_cancel', action: 'tiny', call: `c${id}`, error }];
      const over = { status: 'cancelled', startedAt: null, error, control: JSON.stringify({ hooks }) } as const;
      return runOf(id, 'newest', [], { output: '{"n":1}', ...(by === null ? {} : over), ...own });
    };
    const start = (run: string, at: number) =>
      ({ key: `start-${run}`, run, shape: 'newest', n: 0, sent: { at, answeredAt: at + 100 } }) as const;
    const acknowledged = [start('7', 0), start('8', 1_000), start('9', 1_101)];
    const check = (...runs: readonly LoadedRun[]) => found(historiesOf(runs, { acknowledged }));
    expect(check(newest('7', '9'), newest('8', '9'), newest('9'))).not.toMatch(/made way/);
    expect(check(newest('7'), newest('8'), newest('9', '8'))).not.toMatch(/made way/);
    expect(check(newest('7'), newest('8'), newest('9', '7'))).toMatch(
      /Run 9 made way for run 7, which was acknowledged 1001 ms before it was sent/,
    );
    expect(check(newest('7', '5'), newest('8'), newest('9'))).toMatch(/Run 7 made way for run 5, which is not there/);
    const holder = (id: string, by: string) =>
      newest(id, by, `Cancelled by limits: Run ${by} takes the place of the oldest holder.`);
    expect(check(newest('7'), newest('8'), holder('9', '7'))).toMatch(
      /Run 9 made way for run 7, which was acknowledged/,
    );
    expect(check(newest('7', '8'), newest('8', '9'), holder('9', '7'))).toMatch(/Run 7 made way for itself: 8, 9, 7/);
    const resumed = newest('7', null, '', { control: '{"pauses":{"ms":5,"turn":2,"parentTurn":0}}' });
    expect(check(resumed, newest('8'), newest('9', '7'))).not.toMatch(/made way/);
    const retried = new Map([['8', '7']]);
    expect(found(historiesOf([newest('7'), newest('8')], { acknowledged, retried }))).toMatch(
      /Run 8 was acknowledged as re-run of 7; it is start-8 of undefined/,
    );
  });
});

describe('the audit of limits', () => {
  const keyed = (id: string) => runOf(id, 'keyed', [done(id, 0, 1), done(id, 1, 2)], { output: '{"n":2}' });
  const acknowledged = ['7', '8'].map((run) => ({ key: `start-${run}`, run, shape: 'keyed', n: 0 }));
  const bodies = (id: string, ...at: readonly number[]) =>
    ledgerOf([keyed(id)]).map((line, index) => ({ ...line, beganAt: at[index] ?? 0, endedAt: (at[index] ?? 0) + 5 }));
  const check = (seven: readonly number[], eight: readonly number[]) =>
    found(
      historiesOf([keyed('7'), keyed('8')], {
        acknowledged,
        ledger: [...bodies('7', ...seven), ...bodies('8', ...eight)],
      }),
    );

  test('notices two runs that had a key at once, also between their bodies', () => {
    expect(check([10, 20], [25, 35])).toBe('');
    expect(check([10, 20], [24, 35])).toMatch(/7, 8 had door at once; its limit is 1/);
    expect(check([10, 40], [20, 30])).toMatch(/7, 8 had door at once/);
  });

  test('notices a third attempt at a key for two', () => {
    const use = (items: readonly number[]) =>
      runOf(
        '7',
        'benches',
        items.map((item) => done('7', 0, item, { item })),
        { output: '{"n":15}' },
      );
    const known = [{ key: 'start-7', run: '7', shape: 'benches', n: 0 }];
    expect(found(historiesOf([use([0, 1])], { acknowledged: known }))).toBe('');
    expect(found(historiesOf([use([0, 1, 2])], { acknowledged: known }))).toMatch(/had bench at once; its limit is 2/);
  });

  const slot = (run: string, own: Partial<SlotRow> = {}): SlotRow => ({
    ...{ run, step: 0, iteration: 0, item: -1, kind: 'concurrency', name: 'door', most: 1, holding: true, held: true },
    ...own,
  });

  test('notices slots whose holder is gone, and more holders than a limit, at one moment', () => {
    expect(checkSlots([slot('7'), slot('8', { holding: false })])).toEqual([]);
    expect(checkSlots([slot('7'), slot('8')]).join()).toMatch(/concurrency door has 2 holders; its limit is 1/);
    expect(checkSlots([slot('7', { held: false })]).join()).toMatch(/slot of run 7, step 0, item -1, which is gone/);
  });

  test('notices starts that a rate should have kept back, and bodies that it never counted', () => {
    expect(checkRate([1_000, 1_100, 1_200, 1_300, 3_000])).toEqual([]);
    expect(checkRate([1_000, 1_100, 1_200, 1_300, 2_999]).join()).toMatch(/had 5 starts within 1999 ms, until 2999/);
    const run = runOf(
      '7',
      'rated',
      [0, 1].map((item) => done('7', 0, item, { item })),
    );
    const told: string[] = [];
    checkRated(historiesOf([run]), 2, (text) => void told.push(text));
    expect(told).toEqual([]);
    checkRated(historiesOf([run]), 1, (text) => void told.push(text));
    expect(told.join()).toMatch(/2 bodies began under the rate calls, which counted 1 starts/);
  });
});

describe('the audit of hooks', () => {
  const calls = ['work', 'tiny'].map((action, at) => ({ hook: 'on_success', action, call: `on_success:${at}` }));
  const caller = (hooks: readonly unknown[]) =>
    runOf('6', 'hooked', [done('6', 0, 0), done('6', 1, 0)], { output: '{"n":0}', control: JSON.stringify({ hooks }) });
  const hook = (id: string, at: number, own: Partial<LoadedRun['run']> = {}) =>
    runOf(id, 'tiny', [], {
      startKey: hookStartKey(runId('6'), `on_success:${at}`),
      trigger: { type: 'hook' },
      ...own,
    });
  const check = (...runs: readonly LoadedRun[]) =>
    found(historiesOf(runs, { acknowledged: [{ key: 'start-6', run: '6', shape: 'hooked', n: 0 }] }));

  test('notices a call without a run, one with two, a run without a call, and a state that called too little', () => {
    expect(check(caller(calls), hook('7', 0), hook('8', 1))).toBe('');
    expect(check(caller(calls), hook('7', 0))).toMatch(/hook_once: The call on_success:1 of run 6 has no run/);
    expect(check(caller(calls), hook('7', 0), hook('8', 1), hook('9', 1))).toMatch(
      /hook_once: .* has the runs 8 and 9/,
    );
    expect(check(caller(calls), hook('7', 0), hook('8', 1), hook('9', 2))).toMatch(/2 calls of hooks have 3 runs/);
    expect(check(caller(calls.slice(1)), hook('8', 1))).toMatch(/hooks_are_called: Run 6 ended as succeeded/);
  });

  test('notices hooks of hooks, and calls that failed', () => {
    const again = JSON.stringify({ hooks: calls });
    expect(check(caller(calls), hook('7', 0), hook('8', 1, { control: again }))).toMatch(/hooks_call_none: Run 8/);
    const refused = [calls[0], { ...calls[1], error: { code: 'x', message: 'No.' } }];
    expect(check(caller(refused), hook('7', 0))).toMatch(/The call on_success:1 of run 6 failed: No\./);
  });
});

describe('the audit of events', () => {
  const event = (id: string, type: string, key: string, payload: StoredEvent['payload']): StoredEvent => ({
    ...{ id: eventId(id), workspace: 'main', type, key, payload, source: { type: 'api' }, at: 1 },
  });
  const chatty = runOf(
    '7',
    'chatty',
    [done('7', 0, 1), settled(1, { attempt: 1, output: '{}' }), settled(2, { output: null })],
    { output: '{"n":1}' },
  );
  const said = event('1', 'said', 'millrace:emit:7:1:0:-1:1', { n: 1 });
  const poke = event('2', 'poke', 'event-1', { n: 5 });
  const heard = (id: string, name: string, of: string) =>
    runOf(id, 'heard', [], { startKey: `event:${name}:${of}`, trigger: { type: 'event', name, event: of } });
  const emitted = [{ key: 'event-1', id: '2', type: 'poke', n: 5 }];
  const acknowledged = [{ key: 'start-7', run: '7', shape: 'chatty', n: 0 }];
  const check = (events: readonly StoredEvent[], ...runs: readonly LoadedRun[]) =>
    found(historiesOf([chatty, ...runs], { acknowledged, events, emitted }));
  const both = [heard('8', 'on_said', '1'), heard('9', 'on_poke', '2')];

  test('notices events that are missing, twice, changed, or of nobody', () => {
    expect(check([said, poke], ...both)).toBe('');
    expect(check([poke], heard('9', 'on_poke', '2'))).toMatch(/emits_are_kept: The event .* was never stored/);
    expect(check([said], heard('8', 'on_said', '1'))).toMatch(/The event 2 was acknowledged as poke event-1 with 5/);
    const again = event('3', 'poke', 'event-1', { n: 5 });
    expect(check([said, poke, again], ...both, heard('10', 'on_poke', '3'))).toMatch(/event_once: Key event-1/);
    expect(check([said, { ...poke, payload: { n: 6 } }], ...both)).toMatch(/stored is .*"n":6/);
    const strange = event('3', 'other', 'event-9', {});
    expect(check([said, poke, strange], ...both)).toMatch(/Nobody sent the event 3 \(event-9\)/);
    const unreal = event('3', 'other', 'millrace:emit:7:1:0:-1:2', {});
    expect(check([said, poke, unreal], ...both)).toMatch(/emits_are_real/);
  });

  test('notices a trigger that fired twice, or not', () => {
    expect(check([said, poke], heard('8', 'on_said', '1'))).toMatch(/triggers_fire_once: Trigger on_poke has 0 runs/);
    expect(check([said, poke], ...both, heard('10', 'on_poke', '2'))).toMatch(/Trigger on_poke has 2 runs for event 2/);
  });

  test('notices a wait that was given an event of another run', () => {
    const waiting = (run: string) => {
      const told = event('1', 'told', 'event-1', { n: 0, run });
      const given = settled(1, { attempt: 1, output: JSON.stringify(told) });
      const awaiting = runOf('7', 'awaiting', [done('7', 0, 0), given, done('7', 2, 1)], { output: '{"n":1}' });
      const known = [{ key: 'start-7', run: '7', shape: 'awaiting', n: 0 }];
      const sent = [{ key: 'event-1', id: '1', type: 'told', n: 0 }];
      return found(historiesOf([awaiting], { acknowledged: known, events: [told], emitted: sent }));
    };
    expect(waiting('7')).toBe('');
    expect(waiting('8')).toMatch(/Run 7 was told .*, which was not for it/);
  });
});

describe('the audit of re-runs', () => {
  const first = runOf('7', 'chain', [done('7', 0, 1), done('7', 1, 2), done('7', 2, 3)], { output: '{"n":3}' });
  const kept = (step: number) => settled(step, { reason: 'reused', output: first.attempts[step]?.output ?? null });
  const again = (attempts: LoadedRun['attempts'], from = 'b') =>
    runOf('8', 'chain', attempts, {
      output: '{"n":3}',
      rerunOf: { run: runId('7'), from: [{ type: 'step', step: from, items: null }] },
    });
  const acknowledged = [
    { key: 'start-7', run: '7', shape: 'chain', n: 0 },
    { key: 'start-8', run: '8', shape: 'chain', n: 0, rerun: { of: '7', from: 'b' } },
  ];
  const check = (run: LoadedRun, more: Histories['ledger'] = []) =>
    found(historiesOf([first, run], { acknowledged, ledger: [...ledgerOf([first, run]), ...more] }));
  const rest = [done('8', 1, 2), done('8', 2, 3)];

  test('notices what was kept and should run again, kept otherwise, or done again though it was there', () => {
    expect(check(again([kept(0), ...rest]))).toBe('');
    expect(check(again([kept(0), kept(1), done('8', 2, 3)]))).toMatch(/kept_results: .* which was to run again/);
    const other = { ...kept(0), output: '{"n":1,"nonce":"other"}' };
    expect(check(again([other, ...rest]))).toMatch(/kept_results: Run 8 took over succeeded/);
    expect(check(again([done('8', 0, 1), ...rest]))).toMatch(/Run 8 did a -1 again, which run 7 had done/);
  });

  test('looks for the items of a for-each, not for its end', () => {
    const items = [0, 1, 2].map((item) => done('7', 0, item, { item }));
    const before = runOf('7', 'bulky', [...items, settled(0), done('7', 1, 3)], { output: '{"n":3}' });
    const known = [{ key: 'start-7', run: '7', shape: 'bulky', n: 0 }];
    const from = [{ type: 'step', step: 'sum', items: null }] as const;
    const of = (kept: readonly LoadedRun['attempts'][number][]) => {
      const run = runOf('8', 'bulky', [...kept, settled(0), done('8', 1, 3)], {
        ...{ output: '{"n":3}', startKey: 'retry:7', rerunOf: { run: runId('7'), from } },
      });
      return found(historiesOf([before, run], { acknowledged: known }));
    };
    const reused = items.map((row) => ({ ...row, attempt: 0, worker: null, reason: 'reused' as const }));
    expect(of(reused)).toBe('');
    expect(of([...reused.slice(0, 2), done('8', 0, 2, { item: 2 })])).toMatch(/Run 8 did each 2 again/);
  });

  test('notices a body of what was kept, and a re-run of something else', () => {
    const body = ledgerOf([runOf('8', 'chain', [done('8', 0, 1)])]);
    expect(check(again([kept(0), ...rest]), body)).toMatch(/A body ran for 8\/a\/-1\/0, which run 8 took over/);
    expect(check(again([kept(0), ...rest], 'c'))).toMatch(/Run 8 was to run 7 again from b; it says/);
  });
});

describe('the audit of the cache', () => {
  const known = (run: string) => ({ key: `start-${run}`, run, shape: 'cached', n: 0 });
  const first = runOf('7', 'cached', [done('7', 0, 5, { endedAt: 1_000 })], { output: '{"n":8}' });
  const second = (endedAt: number, output = first.attempts[0]?.output ?? null) =>
    runOf('8', 'cached', [attempt(0, 1, { reason: 'cached', worker: null, output, endedAt })], { output: '{"n":8}' });
  const check = (run: LoadedRun) => found(historiesOf([first, run], { acknowledged: [known('7'), known('8')] }));

  test('notices an output that nobody gave, one from later, and one that had expired', () => {
    expect(check(second(9_000))).toBe('');
    expect(check(second(9_000, '{"n":5,"nonce":"other"}'))).toMatch(
      /Run 8 has .* from the cache; a body gave it never/,
    );
    expect(check(second(13_000))).toMatch(/a body gave it 12000 ms before/);
    expect(check(second(-3_000))).toMatch(/a body gave it -4000 ms before/);
  });
});
