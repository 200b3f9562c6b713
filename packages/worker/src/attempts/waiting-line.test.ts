import { describe, expect, test } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

const lineOf = (...items: readonly string[]) => {
  const line = new WaitingLine<string>();
  for (const item of items) line.add(item);
  return line;
};

describe('a waiting line', () => {
  test('is left in the order in which it was entered, also while others come', () => {
    const line = lineOf('a', 'b');
    expect(line.take()).toBe('a');
    line.add('c');
    expect(line.length).toBe(2);
    expect([line.take(), line.take(), line.take()]).toEqual(['b', 'c', undefined]);
    line.add('d');
    expect(line.take()).toBe('d');
    expect(line.length).toBe(0);
  });

  test('gives up one that stands in it, not one that has left it', () => {
    const line = lineOf('a', 'b', 'c');
    line.take();
    expect(line.remove('a')).toBe(false);
    expect(line.remove('b')).toBe(true);
    expect(line.remove('b')).toBe(false);
    expect(line.length).toBe(1);
    expect(line.take()).toBe('c');
  });

  test('gives up all that is left in it', () => {
    const line = lineOf('a', 'b', 'c');
    line.take();
    expect(line.takeAll()).toEqual(['b', 'c']);
    expect(line.takeAll()).toEqual([]);
    expect(line.length).toBe(0);
  });
});
