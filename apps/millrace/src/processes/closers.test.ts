import { expect, it } from 'vitest';
import { createClosers } from './closers.ts';

it('closes the last opened first, once, and goes on when one fails', async () => {
  const closed: string[] = [];
  const failures: string[] = [];
  const closers = createClosers((_error, what) => failures.push(what));
  closers.add('store', async () => closed.push('store'));
  closers.add('engine', () => Promise.reject(new Error('no')));
  closers.add('worker', () => {
    throw new Error('at once');
  });
  closers.add('server', async () => closed.push('server'));
  await Promise.all([closers.closeAll(), closers.closeAll()]);
  expect(closed).toEqual(['server', 'store']);
  expect(failures).toEqual(['closing the worker', 'closing the engine']);
});
