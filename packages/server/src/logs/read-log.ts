import type { RunId } from '@millrace/core';
import type { Engine, LogCursor, LogPage, LogRef } from '@millrace/engine';
import type { LogQuery } from './select-logs.ts';

export type LogPiece = LogPage['chunks'][number];

const pageBytes = 1024 * 1024;
/** More than one record (16 KiB of text), so that a page never ends within one. */
const smallestPageBytes = 64 * 1024;

/**
 * Reads one log from `start` to what is there now, or until `end` is reached (what comes last may go beyond it).
 * The consumer's pace is the reader's pace: a page is read when the one before was taken.
 */
export async function* readLog(
  engine: Engine,
  run: RunId,
  ref: LogRef,
  start: number,
  end: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<LogPiece> {
  const { step, item, iteration, attempt } = ref;
  let offset = start;
  while (offset < end) {
    const limitBytes = Math.min(pageBytes, Math.max(smallestPageBytes, end - offset));
    const page = await engine.readLogs({ run, step, item, iteration, attempt, offset, limitBytes });
    const before = offset;
    for (const piece of page.chunks) {
      if (piece.data.byteLength === 0) continue;
      yield piece;
      offset = piece.offset + piece.data.byteLength;
    }
    if (offset === before) return;
  }
}

/** Reads what is there now of every log that a query asks for, one log after the other, in the order of the steps. */
export async function* readLogs(engine: Engine, run: RunId, query: LogQuery): AsyncGenerator<LogPiece> {
  const { step, item, iteration, attempt } = query;
  const filter = {
    ...(step === undefined ? {} : { step }),
    ...(item === undefined ? {} : { item }),
    ...(iteration === undefined ? {} : { iteration }),
    ...(attempt === undefined ? {} : { attempt }),
  };
  let from: LogCursor | null = null;
  for (;;) {
    const page: LogPage = await engine.readLogs({
      run,
      ...filter,
      ...(from === null ? {} : { from }),
      limitBytes: pageBytes,
    });
    for (const piece of page.chunks) yield piece;
    if (page.chunks.length === 0 || page.complete) return;
    from = page.next;
  }
}
