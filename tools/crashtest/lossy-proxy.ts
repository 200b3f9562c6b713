import { connect, createServer, type Socket } from 'node:net';

/** What became of connections and messages on the way. */
type ProxyCounts = Readonly<{ connectionsCut: number; answersLost: number; requestsTwice: number }>;

export type LossyProxy = Readonly<{
  url: string;
  counts(): ProxyCounts;
  /** Breaks every connection at once. */
  cut(): void;
  /** While true, requests get through and every second answer is lost: whoever asked has to ask, or report, again. */
  setSwallowing(swallowing: boolean): void;
  /** While true, whatever is sent reaches the server twice, at the same time; what it answers to the copy is lost. */
  setDoubling(doubling: boolean): void;
  close(): void;
}>;

/** Stands between workers (and callers) and a server, so that connections can break where no process does. */
export async function openLossyProxy(targetPort: () => number): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  const counts = { connectionsCut: 0, answersLost: 0, requestsTwice: 0 };
  let swallowing = false;
  let doubling = false;
  let answers = 0;
  const server = createServer((near) => {
    const far = connect(targetPort(), '127.0.0.1');
    // A copy has to begin with a connection: what is under way when doubling begins goes on once.
    const copy = doubling ? connect(targetPort(), '127.0.0.1') : null;
    const end = (): void => {
      near.destroy();
      far.destroy();
      copy?.destroy();
      sockets.delete(near);
    };
    sockets.add(near);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    copy?.on('error', () => copy.destroy()).resume();
    near.on('data', (data) => {
      far.write(data);
      if (copy?.writable !== true) return;
      copy.write(data);
      counts.requestsTwice += 1;
    });
    far.on('data', (data) => {
      answers += 1;
      if (swallowing && answers % 2 === 0) {
        counts.answersLost += 1;
        end();
      } else near.write(data);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const cut = (): void => {
    counts.connectionsCut += sockets.size;
    for (const socket of [...sockets]) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts: () => counts,
    cut,
    setSwallowing(value) {
      swallowing = value;
    },
    setDoubling(value) {
      doubling = value;
      if (value) cut();
    },
    close() {
      server.close();
      for (const socket of [...sockets]) socket.destroy();
    },
  };
}
