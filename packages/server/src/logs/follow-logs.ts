// Follows the logs of a run until it has ended.
//
// Events of the engine tell which log grew; a slow look at the list of logs finds what no event told (a worker may write
// through another server). When the run has ended, one more look takes what is left.
import { MillraceError, type RunId } from '@millrace/core';
import type { Engine, LogRef } from '@millrace/engine';
import { createLogFormatter, type LogFormatter } from './log-formatter.ts';
import { logKey } from './log-label.ts';
import { type LogPiece, readLog, readLogs } from './read-log.ts';
import { isAskedFor, type LogQuery, namedLog } from './select-logs.ts';

type Followed = { readonly formatter: LogFormatter; offset: number };

/** Throws `overloaded` when the server closes: the stream breaks off, so that the reader knows that it saw no end. */
export async function* followLogs(
  engine: Engine,
  run: RunId,
  query: LogQuery,
  options: Readonly<{ labelled: boolean; signal: AbortSignal; closing: AbortSignal; pollMs: number }>,
): AsyncGenerator<Uint8Array | string> {
  const followed = new Map<string, Followed>();
  const grown = new Map<string, LogRef>();
  const bell = createBell();
  let lookAtAll = false;
  let ended = false;
  const lookAgain = () => {
    lookAtAll = true;
    bell.ring();
  };

  const unsubscribe = engine.subscribe((event) => {
    if (event.type === 'gap' || (event.type === 'changed' && event.run === run)) lookAgain();
    if (event.type !== 'log' || event.run !== run || !isAskedFor(query, event)) return;
    const { step, item, iteration, attempt } = event;
    const ref = { step, item, iteration, attempt };
    grown.set(logKey(ref), ref);
    bell.ring();
  });
  const stopWaiting = new AbortController();
  engine.waitForRun(run, { signal: stopWaiting.signal }).then(
    (record) => {
      ended ||= record !== null;
      lookAgain();
    },
    () => lookAgain(),
  );
  options.signal.addEventListener('abort', bell.ring, { once: true });

  function take(piece: LogPiece): Uint8Array | string {
    const key = logKey(piece);
    let log = followed.get(key);
    if (log === undefined) {
      log = { formatter: createLogFormatter(query.format, piece, options.labelled), offset: 0 };
      followed.set(key, log);
    }
    log.offset = piece.offset + piece.data.byteLength;
    return log.formatter.chunk(piece.data, piece.offset);
  }

  async function* read(pieces: AsyncIterable<LogPiece>): AsyncGenerator<Uint8Array | string> {
    for await (const piece of pieces) {
      const text = take(piece);
      if (text.length > 0) yield text;
    }
  }

  try {
    // A part of one log has its own way: what is before `offset` is not looked at.
    const named = namedLog(query);
    if (query.offset === undefined || named === null) yield* read(readLogs(engine, run, query));
    else yield* read(readLog(engine, run, named, query.offset));
    for (;;) {
      if (options.closing.aborted) throw new MillraceError('overloaded', 'The server is closing.');
      if (options.signal.aborted) return;
      const last = ended;
      const lookStarted = performance.now();
      if (lookAtAll || last) {
        lookAtAll = false;
        for (const log of await engine.listLogs(run)) {
          if (isAskedFor(query, log) && log.sizeBytes > (followed.get(logKey(log))?.offset ?? query.offset ?? 0)) {
            grown.set(logKey(log), log);
          }
        }
      }
      const lookMs = performance.now() - lookStarted;
      const todo = [...grown.values()];
      grown.clear();
      for (const ref of todo)
        yield* read(readLog(engine, run, ref, followed.get(logKey(ref))?.offset ?? query.offset ?? 0));
      if (last) break;
      // A run with very many logs takes long to look at, so it is looked at less often.
      if (grown.size === 0 && !lookAtAll && !(await bell.wait(Math.max(options.pollMs, lookMs * 10)))) lookAtAll = true;
    }
    for (const { formatter } of followed.values()) {
      const rest = formatter.end();
      if (rest !== '') yield rest;
    }
  } finally {
    unsubscribe();
    stopWaiting.abort();
    options.signal.removeEventListener('abort', bell.ring);
  }
}

/** Wakes one waiter; a ring while nobody waits wakes the next one at once. */
function createBell() {
  let rung = false;
  let wake: ((rung: boolean) => void) | null = null;
  return {
    ring(): void {
      rung = true;
      wake?.(true);
    },
    /** False: nobody rang within the time. */
    async wait(ms: number): Promise<boolean> {
      if (!rung) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<boolean>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms, false);
        });
        clearTimeout(timer);
        wake = null;
      }
      const result = rung;
      rung = false;
      return result;
    },
  };
}
