// A process that asks a server: started by requests-per-second.ts with its task as the only argument. It answers with one
// message, how long it took, and ends.
import { connect, type Socket } from 'node:net';

export type FloodTask = Readonly<{
  origin: string;
  paths: readonly string[];
  /** An API key; null: nobody is asked who he is. */
  key: string | null;
  requests: number;
  connections: number;
}>;
export type FloodAnswer = Readonly<{ type: 'done'; ms: number }> | Readonly<{ type: 'failed'; error: string }>;

const { origin, paths, key, requests, connections } = JSON.parse(process.argv[2] ?? '') as FloodTask;
const { hostname, port, host } = new URL(origin);
const authorization = key === null ? '' : `Authorization: Bearer ${key}\r\n`;
const texts = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n`);
let sent = 0;

/** The next request in turn; null: all were sent. */
function next(): string | null {
  if (sent === requests) return null;
  sent += 1;
  return texts[sent % texts.length] ?? null;
}

/** One connection that stays open, on which each request is sent when the answer before has come. */
function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname);
    let received = Buffer.alloc(0);
    const send = (): void => {
      const text = next();
      if (text === null) socket.end();
      else socket.write(text);
    };
    socket.on('connect', send);
    socket.on('data', (data) => {
      received = received.length === 0 ? data : Buffer.concat([received, data]);
      const size = answerBytes(received);
      if (size === null || received.length < size) return;
      const line = received.subarray(0, received.indexOf('\r\n')).toString();
      received = received.subarray(size);
      if (/ 200 /.test(line)) send();
      else socket.destroy(new Error(line));
    });
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

/** The length of the answer that these bytes begin with, by its `content-length`; null while the head is not whole. */
function answerBytes(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = /content-length: (\d+)/i.exec(bytes.subarray(0, end).toString('latin1'))?.[1];
  if (length === undefined) throw new Error('An answer without content-length.');
  return end + 4 + Number(length);
}

const tell = (answer: FloodAnswer): void => void process.send?.(answer);
const began = performance.now();
Promise.all(Array.from({ length: connections }, ask)).then(
  () => tell({ type: 'done', ms: performance.now() - began }),
  (error: unknown) => tell({ type: 'failed', error: String(error) }),
);
process.once('disconnect', () => process.exit(0));
