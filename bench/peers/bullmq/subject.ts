// As in the documentation of BullMQ: a queue and a worker; a sequence is a job that adds the next one; a fan-out is a flow.
import { randomUUID } from 'node:crypto';
import { FlowProducer, Queue, Worker } from 'bullmq';
import { now } from '../../clock.ts';
import type { OpenPeer } from '../peer.ts';
import { freePort, startProgram } from '../start-program.ts';
import { answersPing } from './answers-ping.ts';

type Data = { key: string; step: number };

export const open: OpenPeer = async ({ mode, slots, folder, signals }) => {
  const port = await freePort();
  const durable = mode === 'durable' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
  const redis = await startProgram(
    ['redis-server', '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...durable],
    {},
    () => answersPing(port),
  );
  const connection = { host: '127.0.0.1', port };
  const queue = new Queue<Data>('bench', { connection });
  const items = new Queue<Data>('items', { connection });
  const flows = new FlowProducer({ connection });
  const worker = new Worker<Data>(
    'bench',
    async ({ name, data: { key, step } }) => {
      if (name !== 'join') signals.body(now());
      if (name !== 'sequence' || step === 9) signals.ended(key);
      else await queue.add('sequence', { key, step: step + 1 });
    },
    { connection, concurrency: slots },
  );
  const itemWorker = new Worker<Data>('items', async ({ data }) => data.step, { connection, concurrency: slots });
  await Promise.all([worker.waitUntilReady(), itemWorker.waitUntilReady()]);
  return {
    async start(workflow, { items: count = 0 } = {}) {
      const key = randomUUID();
      if (workflow === 'fan-out') {
        const children = Array.from({ length: Number(count) }, (_, step) => ({
          name: 'item',
          queueName: 'items',
          data: { key, step },
        }));
        await flows.add({ name: 'join', queueName: 'bench', data: { key, step: 0 }, children });
      } else await queue.add(workflow, { key, step: 0 });
      return key;
    },
    async close() {
      await Promise.all([worker.close(true), itemWorker.close(true), queue.close(), items.close(), flows.close()]);
      await redis.stop();
    },
  };
};
