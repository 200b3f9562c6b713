// As in the documentation of pg-boss: queues by name; a sequence is a job that sends the next one; a fan-out is a flow.
import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { now } from '../../clock.ts';
import type { OpenPeer } from '../peer.ts';

type Data = { key: string; step: number };

export const open: OpenPeer = async ({ mode, url, signals }) => {
  const tuned = mode === 'tuned';
  const boss = new PgBoss({
    connectionString: url,
    ...(tuned ? { useListenNotify: true, flowIntervalSeconds: 1 } : {}),
  });
  boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  const work = async (queue: string, body: (data: Data) => Promise<void> | void): Promise<void> => {
    await boss.createQueue(queue, tuned ? { notify: true } : {});
    const options = tuned ? { batchSize: 100, localConcurrency: 4, burstWhenBatchFull: true } : {};
    await boss.work<Data>(queue, options, async (jobs) => {
      await Promise.all(jobs.map(({ data }) => body(data)));
    });
  };
  await work('single', ({ key }) => {
    signals.body(now());
    signals.ended(key);
  });
  await work('sequence', async ({ key, step }) => {
    signals.body(now());
    if (step === 9) signals.ended(key);
    else await boss.send('sequence', { key, step: step + 1 });
  });
  await work('item', () => {});
  await work('join', ({ key }) => signals.ended(key));
  return {
    async start(workflow, { items = 0 } = {}) {
      const key = randomUUID();
      if (workflow !== 'fan-out') {
        await boss.send(workflow, { key, step: 0 });
        return key;
      }
      const each = Array.from({ length: Number(items) }, (_, n) => ({
        ref: `item-${n}`,
        name: 'item',
        data: { key, step: n },
      }));
      const join = { ref: 'join', name: 'join', data: { key, step: 0 }, dependsOn: each.map(({ ref }) => ref) };
      await boss.flow([...each, join]);
      return key;
    },
    close: () => boss.stop({ graceful: false }),
  };
};
