// A worker process of its own, for the benchmark: the bodies of functions.ts, and shell steps. It is started by
// start-remote-worker.ts and ends with the one that started it.
import { createHttpWorkerProtocol } from '@millrace/worker';
import { createFunctions } from './functions.ts';
import { openWorker } from './open-worker.ts';

export type ToWorker = Readonly<{ type: 'watch'; watched: boolean }> | Readonly<{ type: 'stop' }>;
export type FromWorker = Readonly<{ type: 'started' }> | Readonly<{ type: 'body'; at: number }>;

const { url, queues, folder } = JSON.parse(process.argv[2] ?? '') as Readonly<{
  url: string;
  queues: readonly string[];
  folder: string;
}>;
let watched = false;
const tell = (message: FromWorker) => void process.send?.(message);
const worker = openWorker({
  protocol: createHttpWorkerProtocol({ url }),
  queues,
  folder,
  functions: createFunctions((at) => {
    if (watched) tell({ type: 'body', at });
  }),
});
process.on('message', (message: ToWorker) => {
  if (message.type === 'watch') watched = message.watched;
  else void stop();
});
process.once('disconnect', () => void stop());
tell({ type: 'started' });

async function stop(): Promise<void> {
  await worker.stop();
  process.exit(0);
}
