import type { Readable } from 'node:stream';
import { errorCodes } from 'fastify';

/** From this size on a body is received into a buffer that is used again. */
const largeBytes = 256 * 1024;
/** So many buffers are kept that nobody uses. */
const mostFree = 2;

/**
 * Receives the bodies of log batches. Workers that write much send megabytes many times a second; were each received into
 * memory of its own, the garbage collector would take more of the server's time than all that is done with them.
 */
export class BatchBuffers {
  readonly #limit: number;
  readonly #free: Buffer[] = [];

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /**
   * The whole body; `length` is what its sender says of it, null: nothing. Throws Fastify's errors for one that is too large,
   * or not as long as that.
   */
  async receive(body: Readable, length: number | null): Promise<Buffer> {
    const most = length ?? this.#limit;
    if (most > this.#limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    // A large one is not of Node's pool: all of its memory is this buffer's.
    const memory =
      most < largeBytes ? Buffer.allocUnsafe(most) : (this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#limit));
    let at = 0;
    for await (const piece of body.on('error', blameSender)) {
      const bytes = piece as Buffer;
      if (at + bytes.length > most) throw wrongLength(length);
      at += bytes.copy(memory, at);
    }
    if (length !== null && at !== length) throw wrongLength(length);
    return memory.subarray(0, at);
  }

  /** Nobody reads any more what was received. A body of which that is not known is simply not given back. */
  giveBack(received: Uint8Array): void {
    const { buffer } = received;
    if (buffer.byteLength !== this.#limit || this.#free.length >= mostFree) return;
    this.#free.push(Buffer.from(buffer as ArrayBuffer));
  }
}

const wrongLength = (length: number | null): Error =>
  length === null ? new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE() : new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH();

/** A connection that breaks off is no failure of this server. */
const blameSender = (cause: Error & { statusCode?: number }): void => {
  cause.statusCode ??= 400;
};
