import { expect, it } from 'vitest';
import { createSettableClock } from '../../testkit/index.ts';

it('calls what becomes due at its own time, in order, also what is set on the way', () => {
  const clock = createSettableClock(1_000);
  const calls: string[] = [];
  const note = (name: string) => calls.push(`${name} ${clock.now()}`);
  clock.after(30, () => note('c'));
  clock.after(10, () => {
    note('a');
    clock.after(10, () => note('b'));
  });
  clock.after(30, () => note('d'));
  const callOff = clock.after(5, () => note('never'));
  callOff();
  clock.advance(29);
  expect(calls).toEqual(['a 1010', 'b 1020']);
  clock.advance(1);
  expect(calls.slice(2)).toEqual(['c 1030', 'd 1030']);
  expect([clock.now(), clock.pending()]).toEqual([1_030, 0]);
});
