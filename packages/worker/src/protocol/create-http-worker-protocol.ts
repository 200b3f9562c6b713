import {
  type EndedRuns,
  encodeLogBatch,
  logBatchMediaType,
  type SyncResponse,
  type WorkerProtocol,
} from '@millrace/core';
import { createServerCalls, errorOf, parseAnswer, readText, type ServerCallOptions } from './server-calls.ts';

export type HttpWorkerProtocolOptions = ServerCallOptions &
  Readonly<{
    /** How long an answer may take beyond what the call waits for. Default: 15 seconds. */
    timeoutMs?: number;
  }>;

/**
 * The worker protocol over HTTP: `POST /worker/v1/sync` (JSON), `POST /worker/v1/logs` (a log batch) and
 * `GET /worker/v1/files/{workspace}/{revision}` (a gzipped tar; 204: no files), `POST /worker/v1/secrets` and
 * `POST /worker/v1/ended-runs` (JSON). Connections are kept open. Failures are
 * MillraceErrors: the server's own codes, or `store_unavailable` (retryable) when it cannot be reached.
 */
export function createHttpWorkerProtocol(options: HttpWorkerProtocolOptions): WorkerProtocol {
  const { base, send } = createServerCalls(options);
  const graceMs = options.timeoutMs ?? 15_000;

  return {
    async sync(request, signal) {
      const answer = await send({
        method: 'POST',
        path: '/worker/v1/sync',
        body: JSON.stringify(request),
        timeoutMs: request.waitMs + graceMs,
        signal,
      });
      const text = await readText(answer, base);
      if (answer.statusCode !== 200) throw errorOf(answer, text, base);
      return parseAnswer(text, base, isSyncResponse);
    },
    async appendLogs(chunks) {
      const answer = await send({
        method: 'POST',
        path: '/worker/v1/logs',
        body: encodeLogBatch(chunks),
        contentType: logBatchMediaType,
        timeoutMs: graceMs,
      });
      const text = await readText(answer, base);
      if ((answer.statusCode ?? 0) >= 300) throw errorOf(answer, text, base);
    },
    async endedRuns(runs) {
      const answer = await send({
        method: 'POST',
        path: '/worker/v1/ended-runs',
        body: JSON.stringify({ runs }),
        timeoutMs: graceMs,
      });
      const text = await readText(answer, base);
      if (answer.statusCode !== 200) throw errorOf(answer, text, base);
      return parseAnswer(text, base, isEndedRuns);
    },
    async readSecrets(request) {
      const answer = await send({
        method: 'POST',
        path: '/worker/v1/secrets',
        body: JSON.stringify(request),
        timeoutMs: graceMs,
      });
      const text = await readText(answer, base);
      if (answer.statusCode !== 200) throw errorOf(answer, text, base);
      return parseAnswer(text, base, areSecrets).values;
    },
    async openFiles(workspace, revision) {
      const path = `/worker/v1/files/${encodeURIComponent(workspace)}/${encodeURIComponent(revision)}`;
      const answer = await send({ method: 'GET', path, timeoutMs: graceMs });
      if (answer.statusCode === 204) {
        answer.resume();
        return null;
      }
      if (answer.statusCode !== 200) throw errorOf(answer, await readText(answer, base), base);
      return answer;
    },
  };
}

/** The frame is checked, so that another service at that address is recognised; the assignments are the server's word. */
function isSyncResponse(answer: unknown): answer is SyncResponse {
  if (typeof answer !== 'object' || answer === null) return false;
  const fields = answer as Readonly<Record<string, unknown>>;
  return (
    Array.isArray(fields.assignments) &&
    Array.isArray(fields.cancellations) &&
    Array.isArray(fields.confirmed) &&
    typeof fields.leaseMs === 'number'
  );
}

function isEndedRuns(answer: unknown): answer is EndedRuns {
  if (typeof answer !== 'object' || answer === null) return false;
  const fields = answer as Readonly<Record<string, unknown>>;
  return Array.isArray(fields.ended) && Array.isArray(fields.unknown);
}

function areSecrets(answer: unknown): answer is Readonly<{ values: Readonly<Record<string, string>> }> {
  if (typeof answer !== 'object' || answer === null) return false;
  const { values } = answer as Readonly<{ values?: unknown }>;
  return (
    typeof values === 'object' && values !== null && Object.values(values).every((value) => typeof value === 'string')
  );
}
