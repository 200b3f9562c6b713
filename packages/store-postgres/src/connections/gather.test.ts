import { expect, test } from 'vitest';
import { gather } from './gather.ts';

/** Reads that are answered when the test says so. */
function slowReads(limits: Readonly<{ atOnce: number; together: number }>) {
  const reads: { keys: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const get = gather<number, string>(limits, (keys) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<number, string>>();
    const found = keys.filter((key) => key > 0).map((key) => [key, `value ${key}`] as const);
    reads.push({ keys, answer: () => resolve(new Map(found)), fail: reject });
    return promise;
  });
  return { reads, get };
}

test('who comes alone is read alone, and at once', async () => {
  const { reads, get } = slowReads({ atOnce: 1, together: 10 });
  const one = get(1);
  expect(reads.map(({ keys }) => keys)).toEqual([[1]]);
  reads[0]?.answer();
  expect(await one).toBe('value 1');
  const none = get(-1);
  reads[1]?.answer();
  expect(await none).toBeNull();
});

test('who comes while others are read goes together with the rest, never with what is under way', async () => {
  const { reads, get } = slowReads({ atOnce: 2, together: 3 });
  const all = [1, 2, 3, 3, 4, 5, 1].map(get);
  expect(reads.map(({ keys }) => keys)).toEqual([[1], [2]]);
  reads[0]?.answer();
  expect(await all[0]).toBe('value 1');
  expect(reads.map(({ keys }) => keys)).toEqual([[1], [2], [3, 4]]);
  reads[2]?.answer();
  reads[1]?.answer();
  expect(await Promise.all(all.slice(1, 5))).toEqual(['value 2', 'value 3', 'value 3', 'value 4']);
  expect(reads.map(({ keys }) => keys)).toEqual([[1], [2], [3, 4], [5, 1]]);
  reads[3]?.answer();
  expect(await Promise.all(all.slice(5))).toEqual(['value 5', 'value 1']);
});

test('a read that fails is told to all whom it was for, and to nobody else', async () => {
  const { reads, get } = slowReads({ atOnce: 1, together: 10 });
  const first = get(1);
  const rest = Promise.allSettled([get(2), get(3)]);
  reads[0]?.fail(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  reads[1]?.fail(new Error('gone again'));
  expect((await rest).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const later = get(4);
  reads[2]?.answer();
  expect(await later).toBe('value 4');
});
