// The body of `POST /worker/v1/logs`: several chunks of log in one binary message, without any escaping or copying of text.
//
//   u32 length of the header │ header: JSON, UTF-8 │ data of chunk 0 │ data of chunk 1 │ …
//
// The header is `{"chunks":[{run, step, item, iteration, attempt, offset, bytes}]}`; numbers are big-endian. The media type
// is `application/vnd.millrace.logs`.
import { MillraceError } from '../errors/millrace-error.ts';
import { runId } from '../values/ids.ts';
import type { LogChunk } from './worker-protocol.ts';

export const logBatchMediaType = 'application/vnd.millrace.logs';

/** The largest data of one chunk, in bytes, and of one batch: what a worker sends at most and a server need accept. */
export const maxLogChunkBytes = 256 * 1024;
export const maxLogBatchBytes = 4 * 1024 * 1024;

export function encodeLogBatch(chunks: readonly LogChunk[]): Uint8Array {
  const entries = chunks.map(({ run, step, item, iteration, attempt, offset, data }) => ({
    run,
    step,
    item,
    iteration,
    attempt,
    offset,
    bytes: data.length,
  }));
  const header = new TextEncoder().encode(JSON.stringify({ chunks: entries }));
  const size = chunks.reduce((sum, { data }) => sum + data.length, 4 + header.length);
  const batch = new Uint8Array(size);
  new DataView(batch.buffer).setUint32(0, header.length);
  batch.set(header, 4);
  let at = 4 + header.length;
  for (const { data } of chunks) {
    batch.set(data, at);
    at += data.length;
  }
  return batch;
}

/** Reads a batch; the chunks' data are views into it. Throws `invalid_request` for anything that is none. */
export function decodeLogBatch(batch: Uint8Array): LogChunk[] {
  if (batch.length < 4) throw invalid('it is shorter than its length field');
  const headerBytes = new DataView(batch.buffer, batch.byteOffset, batch.byteLength).getUint32(0);
  if (headerBytes > batch.length - 4) throw invalid('its header is cut off');
  const entries = entriesOf(new TextDecoder().decode(batch.subarray(4, 4 + headerBytes)));
  let at = 4 + headerBytes;
  const chunks = entries.map((entry): LogChunk => {
    const fields = typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>) : {};
    const bytes = count(fields, 'bytes');
    if (bytes > batch.length - at) throw invalid('its data are cut off');
    const data = batch.subarray(at, at + bytes);
    at += bytes;
    return {
      run: runId(text(fields, 'run')),
      step: count(fields, 'step'),
      item: count(fields, 'item', -1),
      iteration: count(fields, 'iteration'),
      attempt: count(fields, 'attempt'),
      offset: count(fields, 'offset'),
      data,
    };
  });
  if (at !== batch.length) throw invalid('data follow its last chunk');
  return chunks;
}

function entriesOf(header: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(header);
    if (typeof parsed === 'object' && parsed !== null && 'chunks' in parsed && Array.isArray(parsed.chunks)) {
      return parsed.chunks;
    }
  } catch (cause) {
    throw invalid('its header is not JSON', cause);
  }
  throw invalid('its header has no list `chunks`');
}

function count(fields: Readonly<Record<string, unknown>>, name: string, least = 0): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalid(`\`${name}\` of a chunk is not an integer from ${least} on`);
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`\`${name}\` of a chunk is not a text`);
}

const invalid = (why: string, cause?: unknown): MillraceError =>
  new MillraceError('invalid_request', `This is not a batch of logs: ${why}.`, {
    hint: 'A batch is made by encodeLogBatch of the same version; check what stands between the worker and the server.',
    cause,
  });
