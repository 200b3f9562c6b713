// Requests to sources: plain HTTP with a time limit and a bound on the answer. `fetch` is not used, since it knows no
// certificate authority of one's own without a package beside it. Redirects are not followed: they would carry credentials
// to wherever they point.
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { SourceFailure } from '../source-failure.ts';

export type SourceRequest = Readonly<{
  url: string;
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** PEM of the authorities that are trusted; default: those of Node. */
  ca?: string;
  timeoutMs: number;
}>;

export type SourceAnswer = Readonly<{ status: number; text: string }>;

const maxAnswerBytes = 4 * 1024 * 1024;

/** Codes of certificates that are not what they should be; more of them begin with CERT_ or ERR_TLS_. */
const wrongCertificate = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Whatever was answered, also what is no success. Throws a `SourceFailure` where there was no answer. */
export async function sendRequest(request: SourceRequest): Promise<SourceAnswer> {
  const { url, method = 'GET', headers = {}, body, ca, timeoutMs } = request;
  const { host } = new URL(url);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = send(url, { method, headers, signal, ...(ca === undefined ? {} : { ca }) }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    return { status: answer.statusCode ?? 0, text: await readText(answer, host) };
  } catch (cause) {
    if (cause instanceof SourceFailure) throw cause;
    throw noAnswer(host, signal.aborted ? timeoutMs : null, cause);
  }
}

async function readText(answer: IncomingMessage, host: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxAnswerBytes) {
      const message = `${host} answered with more than ${maxAnswerBytes} bytes.`;
      throw new SourceFailure('refused', message, 'Is that the address of the source?');
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function noAnswer(host: string, timeoutMs: number | null, cause: unknown): SourceFailure {
  if (timeoutMs !== null) {
    const hint = 'Is it reachable from the server? `timeout` of the source says how long it may take.';
    return new SourceFailure('unavailable', `${host} did not answer within ${timeoutMs} ms.`, hint);
  }
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  if (wrongCertificate.test(code)) {
    const hint =
      'Name the authority that signed it in `ca_file` of the source, or in NODE_EXTRA_CA_CERTS of the server.';
    return new SourceFailure('refused', `The certificate of ${host} is not trusted (${code}).`, hint);
  }
  return new SourceFailure('unavailable', `${host} cannot be reached (${code}).`, 'Check its address and the network.');
}
