import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogText } from './log-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const at = '2026-11-21T09:30:00.123Z';

function logOf(text: string): LogText {
  const log = new LogText();
  log.append(bytes(text));
  return log;
}

describe('the text of a log', () => {
  test('joins the records of a line, and keeps time and stream of the first', () => {
    const log = logOf(
      `${at} stdout P hel\n${at} stdout P lo \n${at} stdout F world\n${at} stderr F \n${at} system F a b  c\n`,
    );
    expect(log.lines).toBe(3);
    expect(log.read(0, 9)).toEqual([
      { at, stream: 'stdout', text: 'hello world' },
      { at, stream: 'stderr', text: '' },
      { at, stream: 'system', text: 'a b  c' },
    ]);
    expect(log.read(1, 2)).toHaveLength(1);
  });

  test('is searched in any case, by what was written and not by when', () => {
    const log = logOf(`${at} stdout F One\n${at} stdout F two\n${at} stdout F alone\n`);
    expect(log.search('one', 0, 10)).toEqual([0, 2]);
    expect(log.search('2026', 0, 10)).toEqual([]);
    expect(log.search('stdout', 0, 10)).toEqual([]);
  });

  test('is the same however its bytes arrive', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 50 }),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 200 }),
        (lines, sizes) => {
          const all = bytes(lines.map((text) => `${at} stdout F ${text}\n`).join(''));
          const log = new LogText();
          let from = 0;
          for (let index = 0; from < all.length; index += 1) {
            const size = 1 + (sizes[index % sizes.length] ?? 0);
            log.append(all.subarray(from, from + size));
            from += size;
          }
          expect(log.read(0, lines.length + 1).map(({ text }) => text)).toEqual(lines);
        },
      ),
    );
  });
});
