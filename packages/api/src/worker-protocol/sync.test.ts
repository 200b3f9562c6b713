import { runId, type SyncRequest, workerId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { syncRequest } from './sync.ts';

const key = { run: runId('12'), step: 0, item: -1, iteration: 0, attempt: 1 };

const full: SyncRequest = {
  worker: {
    id: workerId('w1'),
    name: 'one',
    labels: ['gpu'],
    capabilities: ['shell', 'http'],
    queues: ['default'],
    slots: 4,
    version: '0.1.0',
    host: 'h',
    pid: 7,
  },
  results: [
    { ...key, result: { status: 'succeeded', output: { deep: [1, null, { a: 'b' }] }, durationMs: 3 } },
    {
      ...key,
      attempt: 2,
      result: {
        status: 'failed',
        error: {
          code: 'exit_code',
          message: 'Ended with 3.',
          hint: 'Look.',
          at: { file: 'a.yaml', line: 1, column: 2 },
          step: 'build',
          details: { exit_code: 3, signal: null },
          retryable: true,
        },
        durationMs: 1.5,
      },
    },
  ],
  reports: [
    {
      ...key,
      step: -1,
      from: 3,
      entries: [
        { at: 1, command: { type: 'begin' } },
        { at: 2, command: { type: 'attempt_began', key: { step: 0, item: -1, iteration: 0, attempt: 1 } } },
        {
          at: 3.5,
          command: {
            type: 'attempt_finished',
            key: { step: 0, item: 2, iteration: 1, attempt: 4 },
            result: { status: 'succeeded', output: [1], durationMs: 2 },
          },
        },
        {
          at: 4,
          command: { type: 'timer_fired', key: { step: 1, item: -1, iteration: 0, attempt: 1 }, kind: 'retry' },
        },
        { at: 5, command: { type: 'stop', force: true } },
      ],
    },
  ],
  running: [key],
  received: 3,
  returned: [],
  freeSlots: 2,
  stopping: true,
  waitMs: 1000,
};

describe('the sync request of a worker', () => {
  test('passes with everything that core says it may have', () => {
    expect(syncRequest.parse(JSON.parse(JSON.stringify(full)))).toEqual(full);
    expect(syncRequest.parse({ ...full, running: null })).toEqual({ ...full, running: null });
  });

  test.each([
    ['a run id with letters', { ...full, running: [{ ...key, run: 'a' }] }],
    ['a step by name', { ...full, returned: [{ ...key, step: 'build' }] }],
    ['an unknown status', { ...full, results: [{ ...key, result: { status: 'lost', durationMs: 1 } }] }],
    ['a failure without an error', { ...full, results: [{ ...key, result: { status: 'failed', durationMs: 1 } }] }],
    ['a capability that there is not', { ...full, worker: { ...full.worker, capabilities: ['magic'] } }],
    [
      'an unknown entry of a record',
      { ...full, reports: [{ ...key, from: 0, entries: [{ at: 1, command: { type: 'jump' } }] }] },
    ],
    ['negative slots', { ...full, freeSlots: -1 }],
  ])('is refused with %s', (_, request) => {
    expect(syncRequest.safeParse(request).success).toBe(false);
  });
});
