import { connect, type Socket } from 'node:net';

const connections = 32;

/**
 * Small GET requests over connections that stay open, each sent when the answer before has come. Plain sockets, because the
 * client shares the processors with the server: a whole HTTP client would measure itself.
 */
export async function requestsPerSecond(url: string, requests: number): Promise<number> {
  await flood(url, Math.ceil(requests / 5));
  const began = performance.now();
  await flood(url, requests);
  return requests / ((performance.now() - began) / 1_000);
}

async function flood(url: string, requests: number): Promise<void> {
  let left = requests;
  const take = (): boolean => {
    left -= 1;
    return left >= 0;
  };
  await Promise.all(Array.from({ length: connections }, () => askWhile(new URL(url), take)));
}

function askWhile({ hostname, port, pathname, host }: URL, take: () => boolean): Promise<void> {
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname);
    let received = Buffer.alloc(0);
    const next = (): void => {
      if (take()) socket.write(request);
      else socket.end();
    };
    socket.on('connect', next);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const size = answerBytes(received);
      if (size === null || received.length < size) return;
      const line = received.subarray(0, received.indexOf('\r\n')).toString();
      received = received.subarray(size);
      if (/ 200 /.test(line)) next();
      else socket.destroy(new Error(`${pathname}: ${line}`));
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
