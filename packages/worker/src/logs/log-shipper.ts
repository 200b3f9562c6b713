// Carries the logs of all attempts to the server.
//
// Records wait in one line per attempt. Every `shipEveryMs`, or as soon as `maxLogChunkBytes` wait, or when an attempt
// ends, one call takes what waits (at most `maxLogBatchBytes`) as chunks with offsets. One call at a time, so that an
// attempt's chunks arrive in order; a failed call is sent again with the same offsets, which the server may have stored
// already. Memory is bounded: a full line makes its processes wait.
//
// A store that refuses: calls are repeated with growing pauses for `retryMs`. Then, or at once when the server says that
// trying again cannot help, the attempt's line is broken: what it holds and gets is dropped, and its attempt learns why.
import { type AttemptRef, type LogChunk, MillraceError, maxLogBatchBytes, maxLogChunkBytes } from '@millrace/core';
import { backoffMs } from '../sync/backoff.ts';

export type LogShipperOptions = Readonly<{
  appendLogs: (chunks: readonly LogChunk[]) => Promise<void>;
  /** How long a store that refuses is tried again. */
  retryMs: number;
  onTrouble: (cause: unknown, broken: number) => void;
}>;

const shipEveryMs = 200;
/** Bytes that one attempt, and all together, may have waiting before writers are asked to wait. */
const lineHighWater = 1024 * 1024;
const totalHighWater = 16 * 1024 * 1024;

/** The records of one attempt that are not stored yet. */
export class LogLine {
  readonly #shipper: LogShipper;
  readonly ref: AttemptRef;
  waiting: Buffer[] = [];
  waitingBytes = 0;
  /** Position after the last byte that is stored. */
  offset = 0;
  /** Why its records cannot be stored; null while they can. */
  broken: unknown = null;
  resume: (() => void) | null = null;
  room: Promise<void> | undefined;
  settled: (() => void)[] = [];

  constructor(shipper: LogShipper, ref: AttemptRef) {
    this.#shipper = shipper;
    this.ref = ref;
  }

  append(records: Buffer): Promise<void> | undefined {
    return this.#shipper.append(this, records);
  }
}

export class LogShipper {
  readonly #options: LogShipperOptions;
  readonly #lines = new Set<LogLine>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #shipping = false;
  #failures = 0;
  #failingSince = 0;

  constructor(options: LogShipperOptions) {
    this.#options = options;
  }

  open(ref: AttemptRef): LogLine {
    return new LogLine(this, ref);
  }

  append(line: LogLine, records: Buffer): Promise<void> | undefined {
    if (line.broken !== null) return undefined;
    this.#lines.add(line);
    line.waiting.push(records);
    line.waitingBytes += records.length;
    this.#bytes += records.length;
    if (this.#bytes >= maxLogChunkBytes) this.#shipSoon(0);
    else this.#shipSoon(shipEveryMs);
    if (line.waitingBytes < lineHighWater && this.#bytes < totalHighWater) return undefined;
    line.room ??= new Promise((resolve) => {
      line.resume = resolve;
    });
    return line.room;
  }

  /** Resolves when everything of the line is stored, or the line is broken. */
  flush(line: LogLine): Promise<void> {
    if (line.waitingBytes === 0 || line.broken !== null) return Promise.resolve();
    this.#shipSoon(0);
    return new Promise((resolve) => line.settled.push(resolve));
  }

  /** Gives up a line: its attempt is lost, or the worker ends. */
  drop(line: LogLine, cause: unknown): void {
    if (line.broken !== null) return;
    line.broken = cause;
    this.#bytes -= line.waitingBytes;
    line.waiting = [];
    line.waitingBytes = 0;
    this.#lines.delete(line);
    this.#wake(line);
  }

  #shipSoon(delayMs: number): void {
    if (this.#shipping || this.#failures > 0) return;
    if (delayMs === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#shipping = true;
      setImmediate(() => void this.#ship());
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#shipSoon(0);
      }, delayMs);
    }
  }

  async #ship(): Promise<void> {
    const chunks = this.#takeBatch();
    if (chunks.length > 0) await this.#send(chunks);
    this.#shipping = false;
    if (this.#failures > 0) {
      setTimeout(() => this.#retry(), backoffMs(this.#failures, 2_000));
    } else if (this.#lines.size > 0) {
      const urgent = this.#bytes >= maxLogChunkBytes || [...this.#lines].some(({ settled }) => settled.length > 0);
      this.#shipSoon(urgent ? 0 : shipEveryMs);
    }
  }

  #retry(): void {
    if (this.#lines.size === 0) {
      this.#failures = 0;
      return;
    }
    this.#shipping = true;
    void this.#ship();
  }

  /** Chunks of whole records, a share of each line in turn; what is taken stays in its line until it is stored. */
  #takeBatch(): { line: LogLine; chunk: LogChunk; pieces: number }[] {
    const batch: { line: LogLine; chunk: LogChunk; pieces: number }[] = [];
    let room = maxLogBatchBytes;
    for (const line of this.#lines) {
      let taken = 0;
      let offset = line.offset;
      while (taken < line.waiting.length && room > 0) {
        const pieces = line.waiting.slice(taken, taken + this.#piecesThatFit(line.waiting, taken));
        const data = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
        for (const part of splitRecords(data)) {
          const last = part.end === data.length;
          const chunk = { ...line.ref, offset: offset + part.start, data: data.subarray(part.start, part.end) };
          batch.push({ line, chunk, pieces: last ? pieces.length : 0 });
        }
        taken += pieces.length;
        offset += data.length;
        room -= data.length;
      }
      if (room <= 0) break;
    }
    return batch;
  }

  #piecesThatFit(waiting: readonly Buffer[], from: number): number {
    let bytes = 0;
    let count = 0;
    for (let index = from; index < waiting.length; index++) {
      bytes += waiting[index]?.length ?? 0;
      if (count > 0 && bytes > maxLogChunkBytes) break;
      count++;
    }
    return count;
  }

  async #send(batch: readonly { line: LogLine; chunk: LogChunk; pieces: number }[]): Promise<void> {
    const alive = batch.filter(({ line }) => line.broken === null);
    if (alive.length === 0) return;
    try {
      await this.#options.appendLogs(alive.map(({ chunk }) => chunk));
    } catch (cause) {
      await this.#failed(alive, cause);
      return;
    }
    this.#failures = 0;
    for (const { line, chunk, pieces } of alive) this.#stored(line, chunk, pieces);
  }

  #stored(line: LogLine, chunk: LogChunk, pieces: number): void {
    if (line.broken !== null) return;
    line.offset = chunk.offset + chunk.data.length;
    line.waitingBytes -= chunk.data.length;
    this.#bytes -= chunk.data.length;
    line.waiting.splice(0, pieces);
    if (line.waitingBytes === 0) {
      this.#lines.delete(line);
      this.#wake(line);
    } else if (line.waitingBytes < lineHighWater / 2) this.#letGoOn(line);
  }

  async #failed(batch: readonly { line: LogLine; chunk: LogChunk; pieces: number }[], cause: unknown): Promise<void> {
    const lines = [...new Set(batch.map(({ line }) => line))];
    const final = cause instanceof MillraceError && !cause.retryable;
    if (final && lines.length > 1) {
      // One attempt is to blame: sent apart, the others get through.
      for (const line of lines) await this.#send(batch.filter((entry) => entry.line === line));
      return;
    }
    if (this.#failures === 0) this.#failingSince = performance.now();
    const expired = performance.now() - this.#failingSince > this.#options.retryMs;
    if (final || expired) {
      for (const line of lines) this.drop(line, cause);
      this.#options.onTrouble(cause, lines.length);
      if (final) return;
    }
    this.#failures++;
    if (this.#failures === 1) this.#options.onTrouble(cause, 0);
  }

  #letGoOn(line: LogLine): void {
    line.resume?.();
    line.resume = null;
    line.room = undefined;
  }

  #wake(line: LogLine): void {
    this.#letGoOn(line);
    const { settled } = line;
    line.settled = [];
    for (const resolve of settled) resolve();
  }
}

/** Cuts data into pieces of at most a chunk, at ends of records. */
function* splitRecords(data: Buffer): Generator<{ start: number; end: number }> {
  let start = 0;
  while (data.length - start > maxLogChunkBytes) {
    const end = data.lastIndexOf(10, start + maxLogChunkBytes - 1) + 1;
    if (end <= start) break;
    yield { start, end };
    start = end;
  }
  yield { start, end: data.length };
}
