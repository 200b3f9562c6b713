import { type Authority, type Grant, namedObject, type PermissionObject, type RunId, runId } from '@millrace/core';
import { expect, test } from 'vitest';
import { createReaderWithin } from './reader-within.ts';
import type { TellableEvent } from './subscription-match.ts';

const changed = (run: string): TellableEvent => ({ type: 'changed', run: runId(run) });
const of = (run: string, workspace: string): TellableEvent =>
  ({ type: 'run', run: runId(run), workspace, workflow: 'w', status: 'running', version: 1, at: 0 }) as TellableEvent;

const having = (where: Grant['where']): Authority => ({
  actor: 'ada',
  roles: [
    { role: { name: 'r', description: '', grants: [{ effect: 'allow', permission: '*:read', where }] }, where: {} },
  ],
  scopes: null,
});

/** A reader over runs that are looked up when the test says so. */
function open(where: Grant['where']) {
  const told: string[] = [];
  let gaps = 0;
  const asked: RunId[] = [];
  const runs = new Map<RunId, PermissionObject>();
  const lookups: (() => void)[] = [];
  const reader = createReaderWithin(
    {
      tell: (event) => told.push('run' in event ? event.run : event.workspace),
      gap: () => {
        gaps += 1;
      },
      close: () => undefined,
    },
    having(where),
    {
      known: () => undefined,
      of: (run) => {
        asked.push(run);
        return new Promise((resolve, reject) => {
          lookups.push(() => (run === '9' ? reject(new Error('away')) : resolve(runs.get(run) ?? null)));
        });
      },
    },
  );
  const answer = async () => {
    for (const lookup of lookups.splice(0)) lookup();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    told,
    asked,
    runs,
    reader,
    answer,
    gaps: () => gaps,
    tell: (event: TellableEvent) => reader.tell(event, () => ''),
  };
}

test('whoever sees everything is told at once, and nothing is looked up', () => {
  const { told, asked, tell } = open({});
  tell(changed('1'));
  tell({ type: 'workspace', workspace: 'lab', revision: null, errors: 0 });
  expect([told, asked]).toEqual([['1', 'lab'], []]);
});

test('an event that names its workspace needs no look at the run', () => {
  const { told, asked, tell } = open({ workspace: 'shop' });
  tell(of('1', 'shop'));
  tell(of('2', 'lab'));
  tell({ type: 'workspace', workspace: 'lab', revision: null, errors: 0 });
  expect([told, asked]).toEqual([['1'], []]);
});

test('what names a run only is held back until the run is known, in its order', async () => {
  const { told, asked, runs, tell, answer } = open({ workspace: 'shop' });
  tell(changed('1'));
  tell(of('2', 'shop'));
  tell(changed('3'));
  expect(told).toEqual([]);
  runs.set(runId('1'), namedObject('lab', 'w')).set(runId('3'), namedObject('shop', 'w'));
  await expect
    .poll(async () => {
      await answer();
      return told;
    })
    .toEqual(['2', '3']);
  expect(asked).toEqual(['1', '3']);
});

test('a look that fails, and too many that wait, are told as a gap', async () => {
  const { told, gaps, tell, answer } = open({ workspace: 'shop' });
  tell(changed('9'));
  await expect
    .poll(async () => {
      await answer();
      return gaps();
    })
    .toBe(1);
  for (let run = 100; run < 1_200; run += 1) tell(changed(String(run)));
  expect(gaps()).toBe(1 + 100);
  expect(told).toEqual([]);
});

test('a right that is taken away counts from the next event on', () => {
  const { told, reader, tell } = open({ workspace: 'shop' });
  tell(of('1', 'shop'));
  reader.narrow(having({ workspace: 'lab' }));
  tell(of('2', 'shop'));
  tell(of('3', 'lab'));
  expect(told).toEqual(['1', '3']);
});
