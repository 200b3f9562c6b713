// As in the documentation of DBOS: workflows and steps are registered functions; a queue is registered after the launch.
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { now } from '../../clock.ts';
import type { OpenPeer } from '../peer.ts';

const queueName = 'bench';

export const open: OpenPeer = async ({ mode, url, slots, signals }) => {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    logLevel: 'error',
    ...(mode === 'default' ? {} : { systemDatabasePoolSize: 20 }),
  });
  const body = async () => {
    signals.body(now());
    return { ok: true };
  };
  const item = async (n: number) => n;
  const single = DBOS.registerWorkflow(
    async (key: string) => {
      await DBOS.runStep(body, { name: 'only' });
      signals.ended(key);
    },
    { name: 'single' },
  );
  const sequence = DBOS.registerWorkflow(
    async (key: string) => {
      for (let step = 0; step < 10; step += 1) await DBOS.runStep(body, { name: `s${step}` });
      signals.ended(key);
    },
    { name: 'sequence' },
  );
  const child = DBOS.registerWorkflow((n: number) => DBOS.runStep(() => item(n), { name: 'item' }), { name: 'child' });
  const fanOut = DBOS.registerWorkflow(
    async (key: string, items: number) => {
      const handles = [];
      for (let n = 0; n < items; n += 1) handles.push(await DBOS.startWorkflow(child, queued)(n));
      const results = [];
      for (const handle of handles) results.push(await handle.getResult());
      await DBOS.runStep(() => item(results.length), { name: 'join' });
      signals.ended(key);
    },
    { name: 'fanOut' },
  );
  const queued = mode === 'direct' ? {} : { queueName };
  await DBOS.launch();
  if (mode !== 'direct') {
    const tuned = mode === 'tuned' ? { workerConcurrency: slots, minPollingIntervalMs: 10 } : {};
    await DBOS.registerQueue(queueName, tuned);
  }
  return {
    async start(workflow, { items = 0 } = {}) {
      const key = randomUUID();
      if (workflow === 'fan-out') {
        // With workerConcurrency a parent in the same queue would take a slot from its children.
        await DBOS.startWorkflow(fanOut)(key, Number(items));
      } else await DBOS.startWorkflow(workflow === 'single' ? single : sequence, queued)(key);
      return key;
    },
    close: () => DBOS.shutdown(),
  };
};
