import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Json } from '@millrace/core';
import { makeCertificate } from './make-certificate.ts';

export type FakeRequest = Readonly<{
  method: string;
  /** Decoded by nobody, without the query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  body: string;
}>;

/** `text`: an answer that is no JSON. */
export type FakeAnswer = Readonly<{ status: number; body?: Json; text?: string }>;

/** How a peer behaves beside what it should do. */
export type Trouble = 'away' | 'silent' | 'failing' | 'refusing' | 'babbling';

export type FakeServer = Readonly<{
  url: string;
  /** How often it was asked. */
  requests(): number;
  trouble(now: Trouble | null): void;
  stop(): Promise<void>;
}>;

/** Of fakes that speak HTTPS; the certificate is its own authority. */
const identity = makeCertificate();
export const { certificate } = identity;

/** What a peer says that is something else altogether; nothing of it may come back in an error. */
export const babble = 'hunter2-from-a-strange-peer';

/** A server that answers as a function says. */
export async function startFakeServer(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
  { secure = false, refusal = { status: 403, body: {} } }: Readonly<{ secure?: boolean; refusal?: FakeAnswer }> = {},
): Promise<FakeServer> {
  let requests = 0;
  let trouble: Trouble | null = null;

  const answerTo = (request: FakeRequest): FakeAnswer | Promise<FakeAnswer> => {
    switch (trouble) {
      case 'failing':
        return { status: 503, text: babble };
      case 'refusing':
        return refusal;
      case 'babbling':
        return { status: 200, text: babble };
      default:
        return answer(request);
    }
  };
  const serve = async (request: IncomingMessage): Promise<FakeAnswer> => answerTo(await readRequest(request));
  const listener = secure ? createSecureServer({ key: identity.key, cert: certificate }) : createServer();
  listener.on('request', (request, response) => {
    requests += 1;
    if (trouble === 'away') {
      request.socket.destroy();
      return;
    }
    if (trouble === 'silent') return;
    void serve(request).then(({ status, body, text }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(text ?? JSON.stringify(body ?? {}));
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests: () => requests,
    trouble(now) {
      trouble = now;
    },
    async stop() {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<FakeRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(pieces).toString('utf8'),
  };
}
