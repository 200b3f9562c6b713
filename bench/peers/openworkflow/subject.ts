// As in the documentation of OpenWorkflow: workflows are functions whose steps are run by name; a worker polls PostgreSQL.
import { randomUUID } from 'node:crypto';
import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import { now } from '../../clock.ts';
import type { OpenPeer } from '../peer.ts';

type Input = { key: string; items: number };

export const open: OpenPeer = async ({ url, slots, signals }) => {
  const backend = await BackendPostgres.connect(url);
  const ow = new OpenWorkflow({ backend });
  const body = async () => {
    signals.body(now());
    return { ok: true };
  };
  const single = ow.defineWorkflow<Input, void>({ name: 'single' }, async ({ input, step }) => {
    await step.run({ name: 'only' }, body);
    signals.ended(input.key);
  });
  const sequence = ow.defineWorkflow<Input, void>({ name: 'sequence' }, async ({ input, step }) => {
    for (let at = 0; at < 10; at += 1) await step.run({ name: `s${at}` }, body);
    signals.ended(input.key);
  });
  const fanOut = ow.defineWorkflow<Input, void>({ name: 'fan-out' }, async ({ input, step }) => {
    const items = Array.from({ length: input.items }, (_, n) => step.run({ name: `item-${n}` }, async () => n));
    const results = await Promise.all(items);
    await step.run({ name: 'join' }, async () => results.length);
    signals.ended(input.key);
  });
  const workflows = { single, sequence, 'fan-out': fanOut };
  const worker = ow.newWorker({ concurrency: slots });
  await worker.start();
  return {
    async start(workflow, { items = 0 } = {}) {
      const key = randomUUID();
      await workflows[workflow as keyof typeof workflows].run({ key, items: Number(items) });
      return key;
    },
    async close() {
      await worker.stop();
      await backend.stop();
    },
  };
};
