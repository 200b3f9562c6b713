// Where the browser comes back to: a port of this machine's own loopback, which the system chose, for one visit. Any page may send
// a browser there, so only a visit with the state that this process made up counts; whatever else comes is not found.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the browser brought; null: the person said no. */
type Visit = Readonly<{
  proof: string | null;
  /** Sends the browser on. Resolves when it has been told. */
  sendOn(url: string): Promise<void>;
}>;

export type Loopback = Readonly<{
  port: number;
  visit: Promise<Visit>;
  close(): Promise<void>;
}>;

const host = '127.0.0.1';

export async function openLoopback(state: string): Promise<Loopback> {
  const { promise: visit, resolve: came } = Promise.withResolvers<Visit>();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', `http://${host}`);
    const proof = searchParams.get('proof');
    const isMeant = searchParams.get('state') === state && (proof !== null || searchParams.has('refused'));
    if (request.method !== 'GET' || !isMeant) {
      response.writeHead(404, { connection: 'close' }).end();
      return;
    }
    came({ proof, sendOn: (url) => sendOn(response, url) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    visit,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const sendOn = (response: ServerResponse, url: string): Promise<void> =>
  new Promise((resolve) => {
    response.once('close', () => resolve());
    response.writeHead(302, { location: url, 'cache-control': 'no-store', connection: 'close' }).end(() => resolve());
  });
