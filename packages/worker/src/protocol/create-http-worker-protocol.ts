import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  type EndedRuns,
  type ErrorCode,
  encodeLogBatch,
  errorCatalogue,
  logBatchMediaType,
  MillraceError,
  type SyncResponse,
  type WorkerProtocol,
} from '@millrace/core';

export type HttpWorkerProtocolOptions = Readonly<{
  /** The server's address, for example `https://millrace.example.org`; a path is kept. */
  url: string;
  /** The worker's own token. */
  token?: string;
  /** How long an answer may take beyond what the call waits for. Default: 15 seconds. */
  timeoutMs?: number;
}>;

type Call = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  body?: string | Uint8Array;
  contentType?: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}>;

/** No answer of sync or logs is larger; a server that sends more is none of ours. */
const maxAnswerBytes = 256 * 1024 * 1024;

/**
 * The worker protocol over HTTP: `POST /worker/v1/sync` (JSON), `POST /worker/v1/logs` (a log batch) and
 * `GET /worker/v1/files/{workspace}/{revision}` (a gzipped tar; 204: no files), `POST /worker/v1/secrets` and
 * `POST /worker/v1/ended-runs` (JSON). Connections are kept open. Failures are
 * MillraceErrors: the server's own codes, or `store_unavailable` (retryable) when it cannot be reached.
 */
export function createHttpWorkerProtocol(options: HttpWorkerProtocolOptions): WorkerProtocol {
  const base = new URL(options.url);
  const secure = base.protocol === 'https:';
  const prefix = base.pathname.replace(/\/$/, '');
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const graceMs = options.timeoutMs ?? 15_000;

  const send = (call: Call): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = { accept: 'application/json' };
      if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
      if (call.body !== undefined) {
        headers['content-type'] = call.contentType ?? 'application/json';
        headers['content-length'] = Buffer.byteLength(call.body);
      }
      const url = new URL(prefix + call.path, base);
      const sent = (secure ? httpsRequest : httpRequest)(
        url,
        { method: call.method, headers, agent, ...(call.signal === undefined ? {} : { signal: call.signal }) },
        resolve,
      );
      sent.setTimeout(call.timeoutMs, () => sent.destroy(new Error(`no answer for ${call.timeoutMs} ms`)));
      sent.once('error', (cause: NodeJS.ErrnoException) => {
        // The server closed a kept connection just when it was used again. Every call may be repeated, so this one is.
        if (sent.reusedSocket && cause.code === 'ECONNRESET') send(call).then(resolve, reject);
        else reject(unreachableServer(base, cause));
      });
      sent.end(call.body);
    });

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

async function readText(answer: IncomingMessage, base: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > maxAnswerBytes) throw new Error(`the answer has more than ${maxAnswerBytes} bytes`);
      chunks.push(bytes);
    }
  } catch (cause) {
    throw unreachableServer(base, cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer<Answer>(text: string, base: URL, isOurs: (answer: unknown) => answer is Answer): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    if (isOurs(answer)) return answer;
  } catch (cause) {
    throw notOurServer(base, cause);
  }
  throw notOurServer(base, undefined);
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

/** The server's error envelope, `{ error: { code, message, hint } }`, as an error of the same code. */
function errorOf(answer: IncomingMessage, text: string, base: URL): MillraceError {
  const status = answer.statusCode ?? 0;
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown; hint?: unknown } };
    if (typeof error?.code === 'string' && Object.hasOwn(errorCatalogue, error.code)) {
      const hint = typeof error.hint === 'string' ? { hint: error.hint } : {};
      return new MillraceError(error.code as ErrorCode, String(error.message), hint);
    }
  } catch {
    // Not our envelope: a proxy answered, or another service.
  }
  const code = status === 401 || status === 403 ? 'unauthorized' : status === 413 ? 'too_large' : 'store_unavailable';
  return new MillraceError(code, `The server at ${base.origin} answered ${status} without saying why.`, {
    hint: 'Check the address, and what stands between the worker and the server.',
    details: { status, body: text.slice(0, 500) },
  });
}

const unreachableServer = (base: URL, cause: unknown): MillraceError =>
  new MillraceError('store_unavailable', `The server at ${base.origin} cannot be reached: ${reasonOf(cause)}.`, {
    hint: 'Check the address and that the server runs; the worker goes on trying.',
    cause,
  });

function reasonOf(cause: unknown): string {
  const { message, code } = cause as NodeJS.ErrnoException;
  return message === undefined || message === '' ? String(code ?? cause) : message;
}

const notOurServer = (base: URL, cause: unknown): MillraceError =>
  new MillraceError('store_unavailable', `What answers at ${base.origin} is not a Millrace server of this version.`, {
    hint: 'Check the address and the versions of server and worker.',
    cause,
  });
