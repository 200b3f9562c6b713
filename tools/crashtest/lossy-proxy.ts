import { connect, createServer, type Socket } from 'node:net';

export type LossyProxy = Readonly<{
  url: string;
  /** Breaks every connection at once. */
  cut(): void;
  /** While true, requests get through and every second answer is lost: whoever asked has to ask, or report, again. */
  setSwallowing(swallowing: boolean): void;
  close(): void;
}>;

/** Stands between workers (and callers) and a server, so that connections can break where no process does. */
export async function openLossyProxy(targetPort: () => number): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  let answers = 0;
  const server = createServer((near) => {
    const far = connect(targetPort(), '127.0.0.1');
    const end = (): void => {
      near.destroy();
      far.destroy();
      sockets.delete(near);
    };
    sockets.add(near);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.on('data', (data) => void far.write(data));
    far.on('data', (data) => {
      answers += 1;
      if (swallowing && answers % 2 === 0) end();
      else near.write(data);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const cut = (): void => {
    for (const socket of [...sockets]) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    setSwallowing(value) {
      swallowing = value;
    },
    close() {
      server.close();
      cut();
    },
  };
}
