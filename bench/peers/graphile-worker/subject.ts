// As in the documentation of Graphile Worker: tasks by name; a sequence is a job that adds the next one.
import { randomUUID } from 'node:crypto';
import { Logger, run } from 'graphile-worker';
import { now } from '../../clock.ts';
import type { OpenPeer } from '../peer.ts';

type Payload = { key: string; step: number };

export const open: OpenPeer = async ({ mode, url, slots, signals }) => {
  const tuned = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const runner = await run({
    connectionString: url,
    concurrency: slots,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    ...(mode === 'tuned' ? { preset: { worker: tuned } } : {}),
    taskList: {
      single: async (payload) => {
        signals.body(now());
        signals.ended((payload as Payload).key);
      },
      sequence: async (payload, { addJob }) => {
        const { key, step } = payload as Payload;
        signals.body(now());
        if (step === 9) signals.ended(key);
        else await addJob('sequence', { key, step: step + 1 });
      },
    },
  });
  return {
    async start(workflow) {
      const key = randomUUID();
      await runner.addJob(workflow, { key, step: 0 });
      return key;
    },
    close: () => runner.stop(),
  };
};
