import { maxLogTextBytes, parseLogLine } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from './attempt-log.ts';

function written(chunks: readonly Uint8Array[], limit = 1e9) {
  const pieces: Buffer[] = [];
  const sink = {
    append(records: Buffer) {
      pieces.push(records);
      return undefined;
    },
  };
  const log = new AttemptLog(sink, limit, () => 1_000);
  for (const chunk of chunks) log.write('stdout', chunk);
  log.end();
  const bytes = Buffer.concat(pieces);
  return { bytes, lines: bytes.toString().split('\n').slice(0, -1).map(parseLogLine) };
}

/** The text that the records hold, lines joined as they were. */
const joined = (lines: ReturnType<typeof written>['lines']): string =>
  lines.map(({ text, full }) => (full ? `${text}\n` : text)).join('');

describe('the log of an attempt', () => {
  it('holds every text, however it is cut into chunks', () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '🚀'.repeat(9_000), 'x'.repeat(40_000))),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5_000 }), (parts, size) => {
        const bytes = Buffer.from(parts.join(''));
        const chunks = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        const whole = bytes.toString();
        const { lines } = written(chunks);
        expect(joined(lines)).toBe(whole === '' || whole.endsWith('\n') ? whole : `${whole}\n`);
        expect(lines.every((line) => Buffer.byteLength(line.text) <= maxLogTextBytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('replaces bytes that are not UTF-8', () => {
    expect(
      written([Buffer.from([0xff, 0x61, 0xc3]), Buffer.from([0xa9, 0x0a, 0xe2])]).lines.map(({ text }) => text),
    ).toEqual(['\ufffdaé', '\ufffd']);
  });

  it('is what the whole output would be, decoded at once, however its bytes are cut', () => {
    const byte = fc.oneof(fc.constantFrom(10, 0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x9a, 0x80, 0xff), fc.nat(255));
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(byte, { maxLength: 300 }), sizes, (some, more, cuts) => {
        const bytes = Buffer.from([...some, ...more]);
        const chunks = [];
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const size = cuts[cut % cuts.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const whole = bytes.toString();
        expect(joined(written(chunks).lines)).toBe(whole === '' || whole.endsWith('\n') ? whole : `${whole}\n`);
      }),
    );
  });

  it('has long lines in parts of the size that a record may have, cut between characters', () => {
    const line = `${'x'.repeat(maxLogTextBytes - 1)}é${'y'.repeat(2 * maxLogTextBytes)}`;
    for (const size of [1, 1_000, line.length * 2]) {
      const bytes = Buffer.from(`a\n${line}\nb\n`);
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(written(chunks).lines.map(({ text, full }) => [Buffer.byteLength(text), full])).toEqual([
        [1, true],
        [maxLogTextBytes - 1, false],
        [maxLogTextBytes, false],
        [maxLogTextBytes, false],
        [2, true],
        [1, true],
      ]);
    }
  });

  it('costs one record buffer and one look at the clock for a piece of output, however many lines are in it', () => {
    const appended: Buffer[] = [];
    let looks = 0;
    const sink = { append: (records: Buffer) => void appended.push(records) };
    const log = new AttemptLog(sink, 1e9, () => {
      looks += 1;
      return 1_000;
    });
    for (let piece = 0; piece < 3; piece++) log.write('stdout', Buffer.from('line\n'.repeat(10_000)));
    expect([appended.length, looks]).toEqual([3, 3]);
    expect(Buffer.concat(appended).toString().split('\n')).toHaveLength(30_001);
  });

  it('ends with a marker at its limit, at the end of a line', () => {
    const { lines, bytes } = written(Array(100).fill(Buffer.from('0123456789\n')), 1_000);
    expect(lines.at(-1)).toMatchObject({ stream: 'system', full: true });
    expect(lines.slice(0, -1).every(({ text }) => text === '0123456789')).toBe(true);
    expect(bytes.length).toBeLessThan(1_200);
  });
});
