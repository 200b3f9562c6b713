import { describe, expect, test } from 'vitest';
import { runId } from '../values/ids.ts';
import { ChangeSet, isNothing, mergeChanges } from './change-set.ts';
import type { Wait, Work } from './records.ts';

const key = { step: 1, item: -1, iteration: 0, attempt: 1 };
const work: Work = {
  ...key,
  lane: { queue: 'q', capability: 'shell', labels: [] },
  priority: 0,
  readyAt: 1,
  document: '{}',
  worker: null,
  leasedAt: null,
};
const wait = (attempt: number): Wait => ({ ...key, attempt, kind: 'retry', dueAt: 9, document: null });
const empty = new ChangeSet().toChanges();

function changes(make: (set: ChangeSet) => void) {
  const set = new ChangeSet();
  make(set);
  return set.toChanges();
}

describe('folded changes', () => {
  test('forget work that was made and ended between', () => {
    const merged = mergeChanges(
      changes((set) => set.addWork(work)),
      changes((set) => set.endWork(key)),
    );
    expect(isNothing(merged)).toBe(true);
  });

  test('end work that was there before', () => {
    expect(
      mergeChanges(
        empty,
        changes((set) => set.endWork(key)),
      ).workDone,
    ).toEqual([key]);
  });

  test('forget a first wait that was set and ended between', () => {
    const merged = mergeChanges(
      changes((set) => set.setWait(wait(1))),
      changes((set) => set.endWait(wait(1))),
    );
    expect(isNothing(merged)).toBe(true);
  });

  test('hold work that was there before, and end it when it goes on within', () => {
    const held = { ...key, kind: 'held', dueAt: null, document: '{}' } as const;
    const paused = changes((set) => set.holdWork(held));
    expect(paused).toMatchObject({ workHeld: [held], waits: [], workDone: [] });
    const resumed = mergeChanges(
      paused,
      changes((set) => {
        set.endWait(held);
        set.addWork(work);
      }),
    );
    expect(resumed).toMatchObject({ workHeld: [], waits: [], waitsDone: [], work: [work], workDone: [key] });
    const again = mergeChanges(
      resumed,
      changes((set) => set.holdWork(held)),
    );
    expect(again).toMatchObject({ workHeld: [], waits: [held], work: [], workDone: [key] });
  });

  test('end a stored wait that was ended, set and ended', () => {
    const merged = changes((set) => {
      set.endWait(wait(1));
      set.setWait(wait(1));
      set.endWait(wait(1));
    });
    expect([merged.waits.length, merged.waitsDone.length]).toEqual([0, 1]);
  });

  test('never set and end the same wait', () => {
    const ended = changes((set) => set.endWait(wait(2)));
    const set = changes((into) => into.setWait(wait(3)));
    const both = mergeChanges(ended, set);
    expect([both.waits.length, both.waitsDone.length]).toEqual([1, 0]);
    const after = mergeChanges(
      both,
      changes((into) => into.endWait(wait(3))),
    );
    expect([after.waits.length, after.waitsDone.length]).toEqual([0, 1]);
  });

  test('end a stored wait that was set again within the set', () => {
    const answered = { ...wait(1), kind: 'approval' } as const;
    const approval = changes((set) => {
      set.setWait(answered);
      set.endWait(answered);
    });
    expect(approval.waitsDone).toMatchObject([{ step: 1, kind: 'approval' }]);
    // A local run's stop sets the grace of the run over the one that is stored since it was asked to stop.
    const grace = { ...wait(1), step: -1, kind: 'cancel_grace' } as const;
    const stopped = changes((set) => set.setWait(grace));
    const ended = changes((set) => set.endWait(grace));
    expect(mergeChanges(stopped, ended).waitsDone).toMatchObject([{ step: -1, kind: 'cancel_grace' }]);
    const again = changes((set) => {
      set.endWait(wait(1));
      set.setWait(wait(1));
      set.endWait(wait(1));
    });
    expect([again.waits.length, again.waitsDone.length]).toEqual([0, 1]);
  });

  test('keep the last head, and all messages in order', () => {
    const head = { status: 'running', startedAt: 1, endedAt: null, control: null, output: null, error: null } as const;
    const end = {
      kind: 'child_ended',
      parent: { ...key, run: runId('1') },
      status: 'succeeded',
      output: null,
      error: null,
    } as const;
    const stop = { kind: 'cancel_children', from: null, reason: null, by: 'x' } as const;
    const merged = mergeChanges(
      changes((set) => {
        set.setHead(head);
        set.send(end);
      }),
      changes((set) => {
        set.setHead({ ...head, status: 'failed' });
        set.send(stop);
      }),
    );
    expect(merged.head?.status).toBe('failed');
    expect(merged.outbox).toEqual([end, stop]);
  });

  test('take back the start of a child that was decided within them', () => {
    const start = { kind: 'start_child', from: key, workflow: 'w', input: {}, depth: 1, wait: true } as const;
    const set = new ChangeSet();
    set.send(start);
    expect(set.withdrawChild({ ...key, attempt: 2 })).toBe(false);
    expect(set.withdrawChild(key)).toBe(true);
    expect(isNothing(set.toChanges())).toBe(true);
  });
});
