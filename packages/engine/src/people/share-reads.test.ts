import { expect, test } from 'vitest';
import { shareReads } from './share-reads.ts';

/** A value that changes, and reads of it that take as long as the test says. */
function slowly() {
  const share = shareReads<string>();
  const open: { key: string; end: () => void; fail: () => void }[] = [];
  let value = 'first';
  const ask = (key: string) =>
    share(key, () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const read = `${key}: ${value}`;
      open.push({ key, end: () => resolve(read), fail: () => reject(new Error(read)) });
      return promise;
    });
  return { ask, open, set: (next: string) => (value = next) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('whoever comes while an answer is under way gets one that was read after he asked, together with all like him', async () => {
  const { ask, open, set } = slowly();
  const first = ask('a');
  set('second');
  const later = [ask('a'), ask('a'), ask('a')];
  expect(open).toHaveLength(1);
  open[0]?.end();
  expect(await first).toBe('a: first');
  await turn();
  set('third');
  expect(open).toHaveLength(2);
  const last = ask('a');
  open[1]?.end();
  expect(await Promise.all(later)).toEqual(Array(3).fill('a: second'));
  await turn();
  open[2]?.end();
  expect(await last).toBe('a: third');
});

test('others are not waited for, and nothing is kept', async () => {
  const { ask, open, set } = slowly();
  const [one, other] = [ask('a'), ask('b')];
  expect(open.map(({ key }) => key)).toEqual(['a', 'b']);
  open[1]?.end();
  expect(await other).toBe('b: first');
  open[0]?.end();
  await one;
  set('second');
  const again = ask('a');
  open[2]?.end();
  expect(await again).toBe('a: second');
});

test('a read that fails is told to those whom it was for, and the next one is read all the same', async () => {
  const { ask, open } = slowly();
  const first = ask('a');
  const next = ask('a');
  open[0]?.fail();
  await expect(first).rejects.toThrow('a: first');
  await turn();
  open[1]?.end();
  expect(await next).toBe('a: first');
});
