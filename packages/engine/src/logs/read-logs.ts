import type { AttemptKey, RunId } from '@millrace/core';
import { isRunEnd } from '@millrace/core';
import type { LogCursor, LogPage, LogRef, LogRequest } from '../engine-types.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from '../runs/run-not-found.ts';
import { attemptLogPrefix, parseLogChunkKey, runLogPrefix, stepLogPrefix } from './log-keys.ts';
import type { RunNames, StepNames } from './step-names.ts';

const defaultLimitBytes = 1024 * 1024;

type Piece = Readonly<{ key: string; offset: number; sizeBytes: number }>;
type AttemptLog = Readonly<{ key: AttemptKey; pieces: readonly Piece[] }>;

/** Reads logs page by page: whole pieces from the place where the reader stands, over all attempts that match. */
export function createReadLogs(store: Store, blobs: BlobStore, names: StepNames) {
  return async (request: LogRequest): Promise<LogPage> => {
    const run = request.run;
    const found = await names.of(run);
    if (found === null) throw runNotFound(run);
    // Looked at first: what was written before a run's end is seen, so "complete" is never said too early.
    const ended = isRunEnd((await store.runs.status(run)) ?? 'queued');
    const logs = matching(await attemptLogs(blobs, prefixOf(request, found)), request, found);
    const from = startOf(request, logs, found);
    const chunks: (LogRef & Readonly<{ offset: number; data: Uint8Array }>)[] = [];
    let next: LogCursor | null = request.from ?? null;
    let budget = request.limitBytes ?? defaultLimitBytes;
    let complete = true;
    for (const log of logs) {
      if (from !== null && compareKeys(log.key, from.key) < 0) continue;
      const ref = toRef(log.key, found);
      let position = from !== null && compareKeys(log.key, from.key) === 0 ? from.offset : 0;
      for (const piece of log.pieces) {
        const end = piece.offset + piece.sizeBytes;
        if (end <= position) continue;
        if (budget <= 0) {
          complete = false;
          break;
        }
        const skip = Math.max(0, position - piece.offset);
        const data = await blobs.get(piece.key, { start: skip, end: skip + Math.max(1, budget) });
        if (data === null) break;
        const whole = skip + data.byteLength >= piece.sizeBytes;
        const kept = whole ? data : upToLastRecord(data);
        chunks.push({ ...ref, offset: piece.offset + skip, data: kept });
        position = piece.offset + skip + kept.byteLength;
        budget -= kept.byteLength;
        if (!whole) {
          complete = false;
          budget = 0;
          break;
        }
      }
      next = { ...ref, offset: position };
      if (!complete) break;
    }
    return { chunks, next, complete: complete && ended };
  };
}

export function createListLogs(blobs: BlobStore, names: StepNames) {
  return async (run: RunId): Promise<readonly (LogRef & Readonly<{ sizeBytes: number }>)[]> => {
    const found = await names.of(run);
    if (found === null) throw runNotFound(run);
    return (await attemptLogs(blobs, runLogPrefix(run))).map(({ key, pieces }) => {
      const last = pieces.at(-1);
      return { ...toRef(key, found), sizeBytes: last === undefined ? 0 : last.offset + last.sizeBytes };
    });
  };
}

/** The narrowest list of blobs that holds all that is asked for: a run of 100,000 items has as many logs. */
function prefixOf({ run, step, item, iteration, attempt }: LogRequest, names: RunNames): string {
  if (step === undefined) return runLogPrefix(run);
  const number = names.steps.indexOf(step);
  if (item === undefined || iteration === undefined || attempt === undefined) return stepLogPrefix(run, number);
  return attemptLogPrefix(run, { step: number, item, iteration, attempt });
}

async function attemptLogs(blobs: BlobStore, prefix: string): Promise<readonly AttemptLog[]> {
  const logs = new Map<string, { key: AttemptKey; pieces: Piece[] }>();
  for (const { key, sizeBytes } of await blobs.list(prefix)) {
    const parsed = parseLogChunkKey(key);
    if (parsed === null) continue;
    const { offset, ...attempt } = parsed;
    const folder = key.slice(0, key.lastIndexOf('/'));
    const log = logs.get(folder) ?? { key: attempt, pieces: [] };
    log.pieces.push({ key, offset, sizeBytes });
    logs.set(folder, log);
  }
  return [...logs.values()].sort((a, b) => compareKeys(a.key, b.key));
}

function matching(logs: readonly AttemptLog[], request: LogRequest, names: RunNames): readonly AttemptLog[] {
  return logs.filter(
    ({ key }) =>
      (request.step === undefined || names.steps[key.step] === request.step) &&
      (request.item === undefined || key.item === request.item) &&
      (request.iteration === undefined || key.iteration === request.iteration) &&
      (request.attempt === undefined || key.attempt === request.attempt),
  );
}

/** Where to begin: the cursor, or the offset when it can only mean one attempt. null: at the beginning. */
function startOf(request: LogRequest, logs: readonly AttemptLog[], names: RunNames) {
  if (request.from !== undefined) {
    const { offset, step, ...rest } = request.from;
    return { key: { ...rest, step: names.steps.indexOf(step) }, offset };
  }
  const [only] = logs;
  if (request.offset === undefined || only === undefined || logs.length > 1) return null;
  return { key: only.key, offset: request.offset };
}

const compareKeys = (a: AttemptKey, b: AttemptKey): number =>
  a.step - b.step || a.iteration - b.iteration || a.item - b.item || a.attempt - b.attempt;

const toRef = ({ step, ...rest }: AttemptKey, names: RunNames): LogRef => ({
  ...rest,
  step: names.steps[step] ?? String(step),
});

/** A cut piece ends at the end of a record, unless one record alone is longer than the page. */
function upToLastRecord(data: Uint8Array): Uint8Array {
  const end = data.lastIndexOf(10);
  return end < 0 ? data : data.subarray(0, end + 1);
}
