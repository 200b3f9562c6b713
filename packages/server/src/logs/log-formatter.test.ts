import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { record } from '../../testkit/lines.ts';
import { createLogFormatter, type LogFormat } from './log-formatter.ts';

const ref = { step: 'build', item: -1, iteration: 0, attempt: 1 };
const format = (kind: LogFormat, text: string, labelled = false, of = ref): string => {
  const formatter = createLogFormatter(kind, of, labelled);
  return Buffer.from(formatter.chunk(Buffer.from(text), 0)).toString() + formatter.end();
};

describe('a log formatter', () => {
  test('gives plain lines as text, whatever stream they came from', () => {
    expect(format('text', record('a') + record('b', 'F', 'stderr') + record(''))).toBe('a\nb\n\n');
  });

  test('joins the parts of a line, also when another stream writes between them', () => {
    const text = record('one ', 'P') + record('err', 'F', 'stderr') + record('two');
    expect(format('text', text)).toBe('err\none two\n');
  });

  test('gives what there is of a line whose end was not read', () => {
    expect(format('text', record('cut', 'P'))).toBe('cut\n');
  });

  test('gives a line without end in pieces instead of keeping it', () => {
    const parts = Array.from({ length: 80 }, () => record('x'.repeat(16_000), 'P')).join('');
    const lines = format('text', parts).trimEnd().split('\n');
    expect(lines.length).toBe(2);
    expect(lines.join('')).toBe('x'.repeat(80 * 16_000));
  });

  test('names the log in front of each line where several are read', () => {
    expect(format('text', record('a'), true)).toBe('build | a\n');
    expect(format('text', record('a'), true, { step: 'test', item: 3, iteration: 4, attempt: 2 })).toBe(
      'test[3] ~4 #2 | a\n',
    );
  });

  test('tells in JSON where the log goes on after each line', () => {
    const first = record('ä', 'P') + record('b');
    const lines = format('json', first + record('c'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { ...ref, at: '2026-11-21T09:30:00.123Z', stream: 'stdout', text: 'äb', next_offset: Buffer.byteLength(first) },
      {
        ...ref,
        at: '2026-11-21T09:30:00.123Z',
        stream: 'stdout',
        text: 'c',
        next_offset: Buffer.byteLength(first + record('c')),
      },
    ]);
  });

  test('gives raw records as they are', () => {
    const text = record('a', 'P') + record('b');
    expect(format('raw', text)).toBe(text);
  });

  test('gives the same however the records are cut into chunks', () => {
    const texts = fc.array(
      fc.tuple(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n')),
        fc.boolean(),
        fc.boolean(),
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(texts, fc.constantFrom('text' as const, 'json' as const), fc.nat(), (parts, kind, seed) => {
        const records = parts.map(([text, full, err]) => record(text, full ? 'F' : 'P', err ? 'stderr' : 'stdout'));
        const formatter = createLogFormatter(kind, ref, false);
        let out = '';
        let offset = 0;
        for (let index = 0; index < records.length; ) {
          const count = 1 + ((seed + index) % 3);
          const chunk = Buffer.from(records.slice(index, index + count).join(''));
          out += formatter.chunk(chunk, offset);
          offset += chunk.length;
          index += count;
        }
        expect(out + formatter.end()).toBe(format(kind, records.join('')));
      }),
    );
  });
});
