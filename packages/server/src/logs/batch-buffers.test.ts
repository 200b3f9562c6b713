import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BatchBuffers } from './batch-buffers.ts';

const limit = 1024 * 1024;
const pieces = (sizes: readonly number[], byte = 1): Readable =>
  Readable.from(sizes.map((size) => Buffer.alloc(size, byte)));
const large = [65_536, 65_536, 65_536, 65_536, 7];
const largeSize = 4 * 65_536 + 7;

describe('the body of a log batch', () => {
  it('is received whole, however it is cut and whether its length is told or not', async () => {
    const buffers = new BatchBuffers(limit);
    for (const length of [null, 3, largeSize]) {
      const sizes = length === largeSize ? large : [1, 2];
      const body = await buffers.receive(pieces(sizes), length);
      expect([body.length, body.every((byte) => byte === 1)]).toEqual([length ?? 3, true]);
    }
  });

  it('when large, gets memory that another one gave back, and never memory that is in use', async () => {
    const buffers = new BatchBuffers(limit);
    const first = await buffers.receive(pieces(large, 1), largeSize);
    const second = await buffers.receive(pieces(large, 2), largeSize);
    expect(second.buffer).not.toBe(first.buffer);
    buffers.giveBack(first);
    const third = await buffers.receive(pieces(large, 3), largeSize);
    expect(third.buffer).toBe(first.buffer);
    expect([second.at(0), second.at(-1), third.at(0), third.at(-1)]).toEqual([2, 2, 3, 3]);
    const small = await buffers.receive(pieces([5]), 5);
    buffers.giveBack(small);
    expect((await buffers.receive(pieces(large), largeSize)).buffer).not.toBe(small.buffer);
  });

  it('is refused when it is too large, or not as long as its sender says', async () => {
    const buffers = new BatchBuffers(limit);
    const refusals = [
      [pieces([1]), limit + 1, 413],
      [pieces([limit, 1]), null, 413],
      [pieces([2, 2]), 3, 400],
      [pieces([2]), 3, 400],
    ] as const;
    const broken = new Readable({ read() {} });
    broken.push(Buffer.alloc(1));
    setImmediate(() => broken.destroy(new Error('aborted')));
    await expect(buffers.receive(broken, 3)).rejects.toMatchObject({ message: 'aborted', statusCode: 400 });
    for (const [body, length, statusCode] of refusals) {
      await expect(buffers.receive(body, length)).rejects.toMatchObject({ statusCode });
    }
  });
});
