import { Readable } from 'node:stream';
import { logCompleteHeader, nextOffsetHeader } from '@millrace/api';
import { isRunEnd, MillraceError, type RunId } from '@millrace/core';
import type { FastifyReply } from 'fastify';
import { callerSignal } from '../contract/caller-signal.ts';
import { type Permit, whileAllowed } from '../permissions/while-allowed.ts';
import type { ServerContext } from '../server-context.ts';
import { followLogs } from './follow-logs.ts';
import { createLogFormatter, type LogFormatter } from './log-formatter.ts';
import { logKey } from './log-label.ts';
import { readLog, readLogs } from './read-log.ts';
import { type ListedLog, type LogQuery, namedLog, selectLogs } from './select-logs.ts';

type Context = Pick<ServerContext, 'engine' | 'closing' | 'limits'>;

/** Answers a request for log lines in one of three ways: a part of one log, all that is there, or following. */
export async function sendLogs(
  context: Context,
  run: RunId,
  query: LogQuery,
  reply: FastifyReply,
  permit: Permit,
): Promise<FastifyReply> {
  const { engine, closing, limits } = context;
  const logs = await selectLogs(engine, run, query);
  reply.type(query.format === 'json' ? 'application/x-ndjson; charset=utf-8' : 'text/plain; charset=utf-8');
  // Lines are of interest when they are written, so nobody on the way should gather them.
  reply.header('x-accel-buffering', 'no').header('cache-control', 'no-store');
  const labelled = namedLog(query) === null && (query.follow ? query.step === undefined : logs.length > 1);
  if (query.follow) {
    if (query.offset !== undefined && namedLog(query) === null) throw ambiguous('offset with follow', logs);
    if (query.limit !== undefined) {
      throw new MillraceError('invalid_request', 'A followed log has no limit.', {
        hint: 'Leave out limit or follow.',
      });
    }
    const signal = AbortSignal.any([callerSignal(reply, closing), permit.withdrawn]);
    const lines = followLogs(engine, run, query, { labelled, signal, closing, pollMs: limits.followPollMs });
    return reply.send(Readable.from(headersFirst(reply, whileAllowed(permit, lines)), { objectMode: false }));
  }
  if (query.offset === undefined && query.limit === undefined && logs.length !== 1) {
    return reply.send(
      Readable.from(whileAllowed(permit, wholeLogs(context, run, query, labelled)), { objectMode: false }),
    );
  }
  const [log] = logs;
  if (log === undefined || logs.length > 1) {
    const named = namedLog(query);
    if (logs.length > 1 || named === null) throw ambiguous('offset and limit', logs);
    return sendPart(context, run, query, { ...named, sizeBytes: 0 }, reply, permit);
  }
  return sendPart(context, run, query, log, reply, permit);
}

/** Sends the headers now: the first line may be long in coming, and the reader should know that it is heard. */
async function* headersFirst(reply: FastifyReply, lines: AsyncIterable<Uint8Array | string>) {
  reply.raw.flushHeaders();
  yield* lines;
}

async function* wholeLogs({ engine }: Context, run: RunId, query: LogQuery, labelled: boolean) {
  let current = null as Readonly<{ key: string; formatter: LogFormatter }> | null;
  for await (const piece of readLogs(engine, run, query)) {
    const key = logKey(piece);
    if (current?.key !== key) {
      const rest = current?.formatter.end() ?? '';
      if (rest !== '') yield rest;
      current = { key, formatter: createLogFormatter(query.format, piece, labelled) };
    }
    const text = current.formatter.chunk(piece.data, piece.offset);
    if (text.length > 0) yield text;
  }
  const rest = current?.formatter.end() ?? '';
  if (rest !== '') yield rest;
}

/** A part of one log, with headers that say where it goes on. Without `limit` it is streamed up to its present size. */
async function sendPart(
  { engine }: Context,
  run: RunId,
  query: LogQuery,
  log: ListedLog,
  reply: FastifyReply,
  permit: Permit,
): Promise<FastifyReply> {
  // Asked before the log is read: what an ended run wrote is all there.
  const ended = await hasEnded(engine, run);
  const start = query.offset ?? 0;
  const formatter = createLogFormatter(query.format, log, false);
  if (query.limit === undefined) {
    reply.header(nextOffsetHeader, String(Math.max(start, log.sizeBytes)));
    reply.header(logCompleteHeader, String(ended));
    const stream = async function* () {
      for await (const piece of readLog(engine, run, log, start, log.sizeBytes)) {
        const text = formatter.chunk(piece.data, piece.offset);
        if (text.length > 0) yield text;
      }
      yield formatter.end();
    };
    return reply.send(Readable.from(whileAllowed(permit, stream()), { objectMode: false }));
  }
  const part: Buffer[] = [];
  let next = start;
  for await (const { offset, data } of readLog(engine, run, log, start, start + query.limit)) {
    const whole = cutToRecords(data, start + query.limit - offset);
    part.push(Buffer.from(formatter.chunk(whole, offset)));
    next = offset + whole.byteLength;
    if (whole.byteLength < data.byteLength || next >= start + query.limit) break;
  }
  part.push(Buffer.from(formatter.end()));
  reply.header(nextOffsetHeader, String(next));
  reply.header(logCompleteHeader, String(ended && next >= log.sizeBytes));
  return reply.send(Buffer.concat(part));
}

/** The whole records within the first `room` bytes; at least one. */
function cutToRecords(data: Uint8Array, room: number): Uint8Array {
  if (data.byteLength <= room) return data;
  const last = room < 1 ? -1 : data.lastIndexOf(10, room - 1);
  const end = last === -1 ? data.indexOf(10) : last;
  return end === -1 ? data : data.subarray(0, end + 1);
}

async function hasEnded(engine: Context['engine'], run: RunId): Promise<boolean> {
  const record = await engine.store.runs.status(run);
  return record !== null && isRunEnd(record);
}

function ambiguous(what: string, logs: readonly ListedLog[]): MillraceError {
  return new MillraceError(
    'invalid_request',
    `${what}: the choice must match one log, and it matches ${logs.length}.`,
    {
      hint: 'Name step, item (-1 outside for-each steps), iteration and attempt; GET …/logs lists what there is.',
    },
  );
}
