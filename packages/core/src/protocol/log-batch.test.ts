import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runId } from '../values/ids.ts';
import { decodeLogBatch, encodeLogBatch } from './log-batch.ts';

const chunk = fc.record({
  run: fc.stringMatching(/^[1-9]\d{0,15}$/).map(runId),
  step: fc.nat(),
  item: fc.integer({ min: -1, max: 100_000 }),
  iteration: fc.nat(),
  attempt: fc.nat(),
  offset: fc.nat(),
  data: fc.uint8Array({ maxLength: 300 }),
});

describe('log batches', () => {
  it('survive encoding and decoding byte by byte', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 10 }), (chunks) => {
        expect(decodeLogBatch(encodeLogBatch(chunks))).toEqual(chunks);
      }),
    );
  });

  it('are refused when any byte at their end is missing or added', () => {
    const batch = encodeLogBatch([
      { run: runId('7'), step: 0, item: -1, iteration: 0, attempt: 1, offset: 0, data: new Uint8Array([1, 2, 3]) },
    ]);
    for (let length = 0; length < batch.length; length++) {
      expect(() => decodeLogBatch(batch.subarray(0, length))).toThrow(/not a batch of logs/);
    }
    expect(() => decodeLogBatch(new Uint8Array([...batch, 0]))).toThrow(/data follow/);
  });

  it('name the field that is wrong', () => {
    const header = new TextEncoder().encode('{"chunks":[{"run":"1","step":-2,"bytes":0}]}');
    const batch = new Uint8Array(4 + header.length);
    new DataView(batch.buffer).setUint32(0, header.length);
    batch.set(header, 4);
    expect(() => decodeLogBatch(batch)).toThrow('`step` of a chunk is not an integer from 0 on');
  });
});
