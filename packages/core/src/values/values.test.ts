import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { copyJson } from './copy-json.ts';
import { formatDuration, parseDurationMs } from './duration.ts';
import type { Json } from './json.ts';
import { sha256 } from './sha256.ts';
import { suggestName } from './suggest-name.ts';

test('sha256 is that of the platform, at every length around a block', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.nat(200).map((length) => 'a'.repeat(length)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }),
    { numRuns: 500 },
  );
});

test('canonical JSON is the same for equal values, and says the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
  expect(canonicalJson({ b: 1, a: { d: 2, c: [] } })).toBe('{"a":{"c":[],"d":2},"b":1}');
});

test('a copy is equal and shares nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as Json;
      const copy = copyJson(json);
      expect(JSON.stringify(copy)).toBe(JSON.stringify(json));
      if (typeof json === 'object' && json !== null) expect(copy).not.toBe(json);
    }),
  );
});

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1.5s', 1_500],
    [' 2m ', 120_000],
  ])('%s is %i ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  test.each(['', '5', 's', '5 s', '-5s', '1h 30m', '5x', '1e3s'])('%o is none', (text) => {
    expect(parseDurationMs(text)).toBeNull();
  });

  test('are read as they are written', () => {
    fc.assert(
      fc.property(fc.nat(1e12), (ms) => {
        expect(parseDurationMs(formatDuration(ms))).toBe(ms);
      }),
    );
    expect(formatDuration(5_400_000)).toBe('1h30m');
  });
});

test.each([
  ['brnach', 'branch'],
  ['Branch', 'branch'],
  ['tga', 'tag'],
  ['entirely', undefined],
])('%s means %s', (typed, meant) => expect(suggestName(typed, ['branch', 'tag', 'depth'])).toBe(meant));
