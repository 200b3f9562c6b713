// Calls of a worker to its server: kept connections, its token, and errors by their codes.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type ErrorCode, errorCatalogue, MillraceError } from '@millrace/core';

/** What a worker shows. */
export type ShownToken = Readonly<{
  current(): string;
  /** It was refused. Resolves with whether there is another one by now, so that the call is made again. */
  refresh(): Promise<boolean>;
}>;

export type ServerCallOptions = Readonly<{
  /** The server's address, for example `https://millrace.example.org`; a path is kept. */
  url: string;
  token?: string | ShownToken;
}>;

type Call = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  body?: string | Uint8Array;
  contentType?: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** In place of the worker's own. */
  token?: string;
}>;

export type ServerCalls = Readonly<{
  base: URL;
  send(call: Call): Promise<IncomingMessage>;
}>;

/** No answer of sync or logs is larger; a server that sends more is none of ours. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** Connections are kept open. Failures are MillraceErrors: `store_unavailable` (retryable) when the server cannot be reached. */
export function createServerCalls({ url, token }: ServerCallOptions): ServerCalls {
  const base = new URL(url);
  const secure = base.protocol === 'https:';
  const prefix = base.pathname.replace(/\/$/, '');
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const shown = (): string | undefined => (typeof token === 'object' ? token.current() : token);

  const sendOnce = (call: Call): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = { accept: 'application/json' };
      const bearer = call.token ?? shown();
      if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
      if (call.body !== undefined) {
        headers['content-type'] = call.contentType ?? 'application/json';
        headers['content-length'] = Buffer.byteLength(call.body);
      }
      const target = new URL(prefix + call.path, base);
      const sent = (secure ? httpsRequest : httpRequest)(
        target,
        { method: call.method, headers, agent, ...(call.signal === undefined ? {} : { signal: call.signal }) },
        resolve,
      );
      sent.setTimeout(call.timeoutMs, () => sent.destroy(new Error(`no answer for ${call.timeoutMs} ms`)));
      sent.once('error', (cause: NodeJS.ErrnoException) => {
        // The server closed a kept connection just when it was used again. Every call may be repeated, so this one is.
        if (sent.reusedSocket && cause.code === 'ECONNRESET') sendOnce(call).then(resolve, reject);
        else reject(unreachableServer(base, cause));
      });
      sent.end(call.body);
    });

  return {
    base,
    async send(call) {
      const before = shown();
      const answer = await sendOnce(call);
      if (answer.statusCode !== 401 || typeof token !== 'object' || call.token !== undefined) return answer;
      if (shown() === before && !(await token.refresh())) return answer;
      answer.resume();
      return sendOnce(call);
    },
  };
}

export async function readText(answer: IncomingMessage, base: URL): Promise<string> {
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

export function parseAnswer<Answer>(text: string, base: URL, isOurs: (answer: unknown) => answer is Answer): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    if (isOurs(answer)) return answer;
  } catch (cause) {
    throw notOurServer(base, cause);
  }
  throw notOurServer(base, undefined);
}

/** The server's error envelope, `{ error: { code, message, hint } }`, as an error of the same code. */
export function errorOf(answer: IncomingMessage, text: string, base: URL): MillraceError {
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
