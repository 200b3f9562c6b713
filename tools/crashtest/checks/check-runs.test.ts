// The crash test's audit has to notice: a history that is right, and what may go wrong with it.
import { type EndedAttempt, type LoadedRun, planHash, runId, workerId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { checkRuns } from './check-runs.ts';

const attempt = (step: number, number: number, own: Partial<EndedAttempt> = {}): EndedAttempt => ({
  step,
  iteration: 0,
  item: -1,
  attempt: number,
  status: 'succeeded',
  reason: null,
  final: true,
  readyAt: 1,
  startedAt: 2,
  endedAt: 3,
  worker: workerId('w'),
  input: '{}',
  output: JSON.stringify({ n: step + 1, nonce: `${step}.${number}` }),
  error: null,
  ...own,
});
const lost = (step: number, number: number, final = false): EndedAttempt =>
  attempt(step, number, { status: 'failed', reason: 'worker_lost', final, output: null });

const chain = (attempts: readonly EndedAttempt[], own: Partial<LoadedRun['run']> = {}): LoadedRun => ({
  run: {
    id: runId('7'),
    workspace: 'main',
    workflow: 'chain',
    revision: 'r',
    plan: planHash('p'),
    trigger: { type: 'api' },
    parent: null,
    depth: 0,
    startKey: 'start-1',
    tags: [],
    priority: 0,
    rerunOf: null,
    status: 'succeeded',
    startedAt: 1,
    endedAt: 9,
    control: null,
    output: '{"n":3}',
    error: null,
    version: 5,
    createdAt: 1,
    input: '{"n":0}',
    ...own,
  },
  attempts,
  work: [],
  waits: [],
});
const good = [attempt(0, 1), lost(1, 1), attempt(1, 2), attempt(2, 1)];
const line = (step: number, number: number, nonce = `${step}.${number}`) => ({
  run: '7',
  step: 'abc'[step] ?? '',
  item: -1,
  iteration: 0,
  attempt: number,
  n: String(step + 1),
  nonce,
});
const ledger = [line(0, 1), line(1, 1), line(1, 2), line(2, 1)];
const acknowledged = [{ key: 'start-1', run: '7', shape: 'chain', n: 0 }];
const check = (runs: readonly LoadedRun[], lines = ledger) =>
  checkRuns({ runs, acknowledged, answers: [], pauses: [], ledger: lines });

describe('the audit of a crash test', () => {
  test('finds nothing where nothing is wrong', () => {
    expect(check([chain(good)])).toEqual([]);
  });

  test('accepts a run that failed by the third loss of a worker, and no other failure', () => {
    const failed = { status: 'failed', output: null } as const;
    const given = [attempt(0, 1), lost(1, 1), lost(1, 2), lost(1, 3, true)];
    expect(check([chain(given, failed)])).toEqual([]);
    expect(check([chain([attempt(0, 1), lost(1, 1), lost(1, 2, true)], failed)])).toHaveLength(1);
    expect(check([chain(good, failed)])).toHaveLength(1);
  });

  const twice = [...ledger, line(1, 2, 'again')];
  const stale = attempt(1, 2, { output: JSON.stringify({ n: 2, nonce: '1.1' }) });
  test.each<[string, readonly LoadedRun[], typeof ledger | undefined, RegExp]>([
    ['a lost run', [], [], /acknowledged and is lost/],
    ['a run that goes on', [chain(good, { status: 'running', endedAt: null })], undefined, /has not ended/],
    ['a wrong output', [chain(good, { output: '{"n":4}' })], undefined, /expected 3/],
    ['a wrong start key', [chain(good, { startKey: 'start-2' })], undefined, /start key start-2/],
    ['a run nobody started', [chain(good), chain([], { id: runId('8') })], undefined, /no acknowledgement/],
    ['two ends of a step', [chain([...good, attempt(2, 2, { output: null })])], undefined, /2 final attempts/],
    ['a hole', [chain([attempt(0, 1), lost(1, 1), attempt(1, 3), attempt(2, 1)])], undefined, /attempts are 1, 3/],
    ['a result of a lost attempt', [chain([attempt(0, 1), lost(1, 1), stale, attempt(2, 1)])], undefined, /is of/],
    [
      'a failure that no body made',
      [
        chain([
          attempt(0, 1),
          attempt(1, 1, { status: 'failed', final: false, output: null }),
          attempt(1, 2),
          attempt(2, 1),
        ]),
      ],
      undefined,
      /1 attempts were used up/,
    ],
    ['a result of no body', [chain(good)], ledger.slice(1), /written by no body/],
    ['a body that ran twice for one attempt', [chain(good)], twice, /ran 2 times/],
    ['a body of an unknown run', [chain(good)], [...ledger, { ...line(0, 1, 'x'), run: '9' }], /no such run/],
    [
      'work that is left',
      [
        {
          ...chain(good),
          waits: [{ step: 0, iteration: 0, item: -1, attempt: 1, kind: 'retry', dueAt: 1, document: null }],
        },
      ],
      undefined,
      /1 waits/,
    ],
  ])('notices %s', (_what, runs, lines, text) => {
    expect(check(runs, lines).join('\n')).toMatch(text);
  });

  test('notices an answer of a person that was taken and is not recorded, or otherwise', () => {
    const answers = [{ run: '7', by: 'ann', n: 4 }];
    const asked = (given: readonly unknown[]) =>
      chain([...good, attempt(3, 1, { worker: null, output: JSON.stringify({ approved: true, answers: given }) })]);
    const found = (run: LoadedRun) => checkRuns({ runs: [run], acknowledged, answers, pauses: [], ledger }).join('\n');
    const said = { by: 'ann', decision: 'approve', values: { n: 4 } };
    expect(found(asked([said, { ...said, by: 'bob' }]))).toBe('');
    expect(found(asked([]))).toMatch(/ann approved run 7 with 4; recorded is \[\]/);
    expect(found(asked([said, said]))).toMatch(/recorded is/);
    expect(found(asked([{ ...said, values: { n: 5 } }]))).toMatch(/recorded is/);
    expect(found(chain(good))).toMatch(/recorded is/);
  });

  test('notices work that was handed out while its run was paused', () => {
    const found = (from: number, to: number) =>
      checkRuns({ runs: [chain(good)], acknowledged, answers: [], pauses: [{ run: '7', from, to }], ledger });
    expect(found(2, 9)).toEqual([]);
    expect(found(0, 2)).toEqual([]);
    expect(found(1, 3)).toHaveLength(4);
    expect(found(1, 3)[0]).toMatch(/Run 7 was paused from 1 to 3, and step 0\/0\/-1, attempt 1, was given/);
  });
});
