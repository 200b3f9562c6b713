import { isRunEnd } from '@millrace/core';
import { createSignals, type System } from '../system.ts';
import { createFunctions } from './functions.ts';
import { type OpenEngine, openEngine, type Where, type WorkerPlace } from './open-engine.ts';
import type { RunningWorker } from './open-worker.ts';
import { benchWorkflows } from './workflows.ts';

/** An engine whose ended runs are told, with the workflows of the benchmark, and without a worker at first. */
export type Millrace = System & Readonly<{ engine: OpenEngine['engine']; startWorker: OpenEngine['startWorker'] }>;

export async function openMillrace(where: Where, worker: WorkerPlace): Promise<Millrace> {
  const signals = createSignals();
  const functions = createFunctions(signals.body);
  const { engine, startWorker, publish, close } = await openEngine({ where, worker, functions, onBody: signals.body });
  engine.subscribe((event) => {
    if (event.type !== 'run' || !isRunEnd(event.status)) return;
    if (event.status === 'succeeded') signals.ended(event.run);
    else signals.ended(event.run, new Error(`Run ${event.run} ended as ${event.status}.`));
  });
  await publish(benchWorkflows);
  const workers: RunningWorker[] = [];
  return {
    engine,
    async startWorker(queues) {
      const started = await startWorker(queues);
      workers.push(started);
      return started;
    },
    async start(workflow, input = {}) {
      return (await engine.startRun({ workspace: 'bench', workflow, input, trigger: { type: 'bench' } })).run;
    },
    finished: signals.finished,
    onBody(listener) {
      for (const one of workers) one.watchBodies(true);
      const stop = signals.onBody(listener);
      return () => {
        stop();
        for (const one of workers) one.watchBodies(false);
      };
    },
    close,
  };
}
