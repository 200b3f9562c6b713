import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunningWorker } from './open-worker.ts';
import type { FromWorker, ToWorker } from './remote-worker.ts';

const program = fileURLToPath(new URL('./remote-worker.ts', import.meta.url));

export type RemoteWorkerOptions = Readonly<{
  url: string;
  queues: readonly string[];
  folder: string;
  onBody: (at: number) => void;
}>;

/** A worker in a process of its own, which talks to the server over HTTP as `millrace work` does. */
export async function startRemoteWorker(options: RemoteWorkerOptions): Promise<RunningWorker> {
  const { url, queues, folder, onBody } = options;
  const child = fork(program, [JSON.stringify({ url, queues, folder })], { stdio: ['ignore', 2, 2, 'ipc'] });
  const started = new Promise<void>((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'started') resolve();
      else onBody(message.at);
    });
    child.once('exit', (code) => reject(new Error(`The remote worker ended with exit code ${code}.`)));
  });
  /** One that has stopped hears nothing any more. */
  const send = (message: ToWorker): void => {
    if (child.connected) child.send(message);
  };
  await started;
  return {
    watchBodies: (watched) => send({ type: 'watch', watched }),
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      send({ type: 'stop' });
      await ended;
    },
  };
}
